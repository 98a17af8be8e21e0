package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// unit is what a figure counts in; of a cost, less is better.
type unit struct {
	name   string
	digits int
	cost   bool
}

func perSecond(what string) unit { return unit{name: what + "/s"} }

func seconds() unit      { return unit{name: "s", digits: 2, cost: true} }
func milliseconds() unit { return unit{name: "ms", digits: 2, cost: true} }
func mebibytes() unit    { return unit{name: "MiB", cost: true} }

func (u unit) format(v float64) string {
	s := fmt.Sprintf("%.*f", u.digits, v)
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return whole + " " + u.name
}

// limit is what nothing could beat here, and why; or somebody to compare with.
type limit struct {
	value float64
	is    string
	// share is how much of it was reached, where it is not known from the two
	// values alone; 0 = it is.
	share float64
	goal  float64 // for what is reached; 0 = none
}

// against compares what was measured in turn: what is reached is the median of
// each repetition's share, so that what disturbs both does not count.
func against(ours, theirs []float64, goal float64, is string) limit {
	shares := make([]float64, len(ours))
	for i := range ours {
		shares[i] = ours[i] / theirs[i]
	}
	return limit{value: median(theirs), is: is, share: median(shares), goal: goal}
}

// faster is against for costs: how many times what we need others need.
func faster(ours, theirs []float64, goal float64, is string) limit {
	l := against(theirs, ours, goal, is)
	l.value = median(theirs)
	return l
}

// figure is one measured value beside its limits; a goal of 0 is none.
type figure struct {
	what   string
	unit   unit
	value  float64
	limits []limit
	goal   float64
}

// reached is how much of a limit was reached; 1 is all of it.
func (f figure) reached(l limit) (share, goal string) {
	if f.value == 0 || l.value == 0 {
		return "-", ""
	}
	if l.share == 0 {
		l.share = f.value / l.value
		if f.unit.cost {
			l.share = l.value / f.value
		}
	}
	share = fmt.Sprintf("%.2f", l.share)
	switch {
	case l.goal == 0:
		return share, ""
	case l.share >= l.goal:
		return share, fmt.Sprintf("%.2f met", l.goal)
	}
	return share, fmt.Sprintf("%.2f not met", l.goal)
}

func (f figure) verdict() (goal, met string) {
	if f.goal == 0 {
		return "-", ""
	}
	met = "not met"
	if f.unit.cost && f.value < f.goal || !f.unit.cost && f.value > f.goal {
		met = "met"
	}
	return f.unit.format(f.goal), met
}

type table struct {
	figures []figure
	notes   []string
}

func (t *table) add(f figure) { t.figures = append(t.figures, f) }

// note is said below the table.
func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

func (t *table) print(w io.Writer) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WHAT\tVALUE\tGOAL\t\tOF LIMIT\tGOAL\tLIMIT\tWHICH IS")
	for _, f := range t.figures {
		goal, met := f.verdict()
		line := fmt.Sprintf("%s\t%s\t%s\t%s", f.what, f.unit.format(f.value), goal, met)
		for _, l := range f.limits {
			share, goal := f.reached(l)
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", line, share, goal, f.unit.format(l.value), l.is)
			line = "\t\t\t"
		}
		if len(f.limits) == 0 {
			fmt.Fprintf(out, "%s\t\t\t\t\n", line)
		}
	}
	_ = out.Flush() // to a terminal or a pipe: nobody is left to tell
	for _, n := range t.notes {
		fmt.Fprintln(w, "  "+n)
	}
}

// each is one number of everything in a list, middle the median of these.
func each[T any](all []T, of func(T) float64) []float64 {
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = of(one)
	}
	return values
}

func middle[T any](all []T, of func(T) float64) float64 { return median(each(all, of)) }

// median of at least one value.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// quantile of sorted durations, in milliseconds.
func quantile(sorted []time.Duration, of float64) float64 {
	i := min(int(float64(len(sorted))*of), len(sorted)-1)
	return float64(sorted[i]) / float64(time.Millisecond)
}
