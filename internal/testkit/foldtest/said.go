package foldtest

import (
	"context"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"ksiega/internal/fold"
	"ksiega/internal/position"
)

// Said is an event of a small world of its own: somebody has so many points in a team,
// or is called otherwise from now on, or has left.
type Said struct {
	At         position.Position
	Who        string
	Team       string // "": whichever it was
	Points     int
	CalledFrom string // who it was before
	Left       bool
}

// Mark is what a fold needs to know of it.
func (s *Said) Mark() (position.Position, uuid.UUID, string) {
	id := uuid.UUID{8: 0x80}
	binary.BigEndian.PutUint64(id[:8], s.At.Number()*0x9e3779b97f4a7c15)
	if s.Left {
		return s.At, id, "said.left"
	}
	return s.At, id, "said.points"
}

// Sayings draws a history.
func Sayings(t *rapid.T) SaidLog {
	who, team := rapid.SampledFrom([]string{"a", "b", "c", "d", "%C5%82"}), rapid.SampledFrom([]string{"", "x", "y", "z"})
	all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *Said {
		s := &Said{Who: who.Draw(t, "who")}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0, 1:
			s.Left = true
		case 2, 3:
			s.CalledFrom = who.Draw(t, "before")
		default:
			s.Team, s.Points = team.Draw(t, "team"), rapid.IntRange(-9, 9).Draw(t, "points")
		}
		return s
	}), 0, 60).Draw(t, "sayings")
	for i, s := range all {
		s.At = position.Of(uint64(10 * (i + 1)))
	}
	return all
}

// SaidLog is a log in memory.
type SaidLog []*Said

// Scan hands over a range, three events at a time.
func (l SaidLog) Scan(_ context.Context, r fold.Range, each func(fold.Batch[*Said]) error) error {
	b := fold.Batch[*Said]{Through: r.After, CaughtUp: true}
	for _, s := range l {
		_, _, eventType := s.Mark()
		if !s.At.After(r.After) || !r.Until.Includes(s.At) {
			continue
		}
		if b.Through = s.At; r.Want == nil || r.Want(eventType) {
			b.Events = append(b.Events, s)
		}
		if len(b.Events) == 3 {
			if err := each(b); err != nil {
				return err
			}
			b.Events = nil
		}
	}
	return each(b)
}

// Follow hands over the log and waits.
func (l SaidLog) Follow(ctx context.Context, after position.Position, _ func(error), fn func(fold.Batch[*Said]) error) error {
	err := l.Scan(ctx, fold.Range{After: after}, fn)
	if err == nil {
		<-ctx.Done()
		err = ctx.Err()
	}
	return err
}

// Head is where the last event stands.
func (l SaidLog) Head(context.Context) (head position.Position, err error) {
	for _, s := range l {
		head = s.At
	}
	return head, nil
}

// Member is somebody in a team, and Leader whoever has most points there.
type (
	Member struct{ Points int }
	Leader struct {
		Who    string
		Points int // of the whole team
	}
	home struct{ Team string }
)

// The tables of Leaders.
var (
	Homes   = fold.Table[home]{Name: "homes"}
	Members = fold.Table[Member]{Name: "members"}
	Leads   = fold.Table[Leader]{Name: "leads"}
	Podium  = fold.Table[string]{Name: "podium"}
	First   = fold.Table[string]{Name: "first"} // of the podium, by what it says
)

// Leaders is a projection whose events do not tell which rows they touch: that says a
// row which earlier ones have changed. What the podium says follows
// from other rows, and who is first from the podium.
func Leaders() fold.Projection[*Said] {
	return fold.Projection[*Said]{Name: "leaders", Version: 1, Second: podium(),
		Keys: func(keys []fold.Key, s *Said) []fold.Key {
			keys = append(keys, Homes.Key(s.Who, "home"))
			if s.CalledFrom != "" && s.CalledFrom != s.Who {
				keys = append(keys, Homes.Key(s.CalledFrom, "home"))
			}
			return keys
		},
		Then: func(tx *fold.Tx, s *Said) (keys []fold.Key) {
			for _, team := range teamsOf(tx, s) {
				keys = append(keys, Members.Whole(team), Leads.Key(team, "lead"))
			}
			return keys
		},
		Fold: func(tx *fold.Tx, s *Said) error {
			teams := teamsOf(tx, s)
			who := s.Who
			if s.CalledFrom != "" {
				who = s.CalledFrom
			}
			was, known := Homes.Peek(tx, who, "home")
			points := s.Points
			if known {
				if old := Members.Change(tx, was.Team, who); old != nil {
					points += old.Points
				}
				Members.Delete(tx, was.Team, who)
				Homes.Delete(tx, who, "home")
			}
			into := s.Team
			if into == "" {
				into = was.Team
			}
			if !s.Left && into != "" {
				Homes.Put(tx, s.Who, "home", home{into})
				Members.Get(tx, into, s.Who).Points += points
			}
			for _, team := range teams {
				lead(tx, team)
			}
			return nil
		}}
}

func podium() *fold.Stage {
	return &fold.Stage{
		Unit: func(k fold.Key) (fold.Key, bool) {
			if k.Table == Podium.Name {
				return Podium.Whole(k.Part), true
			}
			return k, k.Table == Leads.Name
		},
		Keys: func(unit fold.Key) []fold.Key { return []fold.Key{unit} },
		Then: func(tx *fold.Tx, unit fold.Key) []fold.Key {
			if unit.Table == Podium.Name {
				return nil
			}
			if lead, ok := Leads.Peek(tx, unit.Part, unit.Field); ok {
				return []fold.Key{Members.Key(unit.Part, LeaderOf(lead))}
			}
			return nil
		},
		Work: func(tx *fold.Tx, unit fold.Key) error {
			if unit.Table == Podium.Name {
				var all []string
				for _, says := range Podium.Rows(tx, unit.Part) {
					all = append(all, says)
				}
				if len(all) == 0 {
					First.Delete(tx, "all", "first")
				} else {
					First.Put(tx, "all", "first", slices.Max(all))
				}
				return nil
			}
			if lead, ok := Leads.Peek(tx, unit.Part, unit.Field); ok && lead.Points > 0 {
				m, _ := Members.Peek(tx, unit.Part, LeaderOf(lead))
				Podium.Put(tx, "all", unit.Part, lead.Who+" with "+strconv.Itoa(m.Points))
			} else {
				Podium.Delete(tx, "all", unit.Part)
			}
			return nil
		}}
}

// LeaderOf is the member that leads.
func LeaderOf(l Leader) string {
	who, _, _ := strings.Cut(l.Who, " of ")
	return who
}

// teamsOf are the teams that an event changes.
func teamsOf(tx *fold.Tx, s *Said) []string {
	teams := []string{}
	add := func(team string) {
		if team != "" && (len(teams) == 0 || teams[0] != team) {
			teams = append(teams, team)
		}
	}
	add(s.Team)
	for i := 0; i < 2; i++ {
		who := []string{s.Who, s.CalledFrom}[i]
		if who == "" {
			continue
		}
		if was, known := Homes.Peek(tx, who, "home"); known {
			add(was.Team)
		}
	}
	return teams
}

func lead(tx *fold.Tx, team string) {
	best, members := Leader{}, 0
	most := 0
	for who, m := range Members.Rows(tx, team) {
		best.Points += m.Points
		if members == 0 || m.Points > most {
			best.Who, most = who+" of "+strconv.Itoa(1+members), m.Points
		}
		members++
	}
	if members == 0 {
		Leads.Delete(tx, team, "lead")
		return
	}
	Leads.Put(tx, team, "lead", best)
}
