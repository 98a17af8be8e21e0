package story

import (
	"strings"

	"ksiega/domain"
	"ksiega/domain/payment"
	"ksiega/domain/session"
)

// Visit is that an assistant came.
func Visit(assistant string, from, to domain.TimeOfDay) string {
	return "Wizyta asystenta " + assistant + " " + clock(from, to) + "."
}

// Work is a day of socially useful work.
func Work(minutes domain.Minutes) string {
	return "Praca społecznie użyteczna, " + hours(minutes) + "."
}

// Absence is a day without it; what kept somebody away is not told.
func Absence(excused bool) string {
	if excused {
		return "Nieobecność usprawiedliwiona na pracy społecznie użytecznej."
	}
	return "Nieobecność nieusprawiedliwiona na pracy społecznie użytecznej."
}

// Session is how somebody was at a session.
func Session(t session.Terms, how session.Presence) string {
	what := said(map[session.Kind]string{session.Group: "zajęcia grupowe", session.Individual: "zajęcia indywidualne", session.Training: "szkolenie",
		session.Workshop: "warsztat", session.Counselling: "poradnictwo", session.Therapy: "terapia", session.SupportGroup: "grupa wsparcia",
		session.Happening: "wydarzenie", session.Duty: "dyżur"}, t.Kind)
	was := said(map[session.Presence]string{session.Present: "obecność", session.Late: "obecność ze spóźnieniem", session.Absent: "nieobecność",
		session.Excused: "nieobecność usprawiedliwiona"}, how)
	return strings.ToUpper(was[:1]) + was[1:] + ": " + what + " " + clock(t.From, t.To) + "."
}

// Paid is a benefit that was paid out, for the work of a month.
func Paid(p payment.Made) string {
	return "Wypłata świadczenia " + money(p.Amount) + " za " + month(p.Month) + ", lista " + p.List + "."
}

// CameBack is one whose transfer came back.
func CameBack(p payment.Made) string {
	return "Zwrot przelewu świadczenia " + money(p.Amount) + " za " + month(p.Month) + ", lista " + p.List + "."
}
