package finding

import (
	"slices"

	"ksiega/domain"
)

// Figures are what a finding comes to, as far as a person judges it by them. Every
// finding has a first day; Figures without one are none.
type Figures struct {
	Amount  domain.Grosze  `json:"amountGrosze,omitzero"`
	Minutes domain.Minutes `json:"minutes,omitzero"`
	// Count of days, places or people, where the finding is of neither money nor time;
	// none while it grows with the days alone.
	Count int         `json:"count,omitzero"`
	From  domain.Date `json:"from,omitzero"`
	To    domain.Date `json:"to,omitzero"`
	// Running: the finding goes on, and To is only the day that it was looked at.
	Running  bool     `json:"running,omitzero"`
	Subjects []string `json:"subjects,omitzero"` // ids, sorted
}

// None says whether these are figures of no finding.
func (f Figures) None() bool { return f.From == 0 }

// Same says whether what was judged by these figures is judged as it is now. What
// grows with the days alone, of a finding that ran on, was no figure: neither its end
// nor a count of its days.
func (f Figures) Same(now Figures) bool {
	if f.None() || f.Amount != now.Amount || f.Minutes != now.Minutes || f.From != now.From || !slices.Equal(f.Subjects, now.Subjects) {
		return false
	}
	if f.Running {
		return f.Count == 0 || f.Count == now.Count
	}
	return !now.Running && f.To == now.To && f.Count == now.Count
}

// Seen is what somebody who speaks of a finding had before them; a nil amount or
// time and a zero day say nothing of it.
type Seen struct {
	Amount   *domain.Grosze
	Minutes  *domain.Minutes
	From, To domain.Date
}

// Of says whether the figures of a finding that are to be judged were seen at all:
// its days, and the amount and the time that it has.
func (s Seen) Of(now Figures) bool {
	return s.From != 0 && (s.To != 0 || now.Running) && (s.Amount != nil || now.Amount == 0) && (s.Minutes != nil || now.Minutes == 0)
}

// Other says whether the figures are other ones.
func (s Seen) Other(now Figures) bool {
	return s.Amount != nil && *s.Amount != now.Amount || s.Minutes != nil && *s.Minutes != now.Minutes ||
		s.From != 0 && s.From != now.From || s.To != 0 && s.To != now.To && !now.Running
}
