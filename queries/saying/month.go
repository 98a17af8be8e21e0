package saying

import (
	"strings"

	"ksiega/domain/finding"
	"ksiega/internal/polish"
	"ksiega/projections/findings"
)

func month(iso string) string { return polish.Day(iso) }

// settled: <contract>:<month>; it is about participant, contract and agreement.
func settled(f findings.Found, parts []string) Said {
	of := "za " + month(parts[1]) + " ze skierowania " + parts[0]
	rule := "świadczenie za każdą przepracowaną godzinę, porozumienie " + f.Subjects[2]
	switch f.Kind {
	case finding.WorkedNotPaid:
		return Said{"Wypłaty " + of + " są o " + money(f.Amount) + " mniejsze od świadczenia za " + hours(f.Minutes) + " pracy: wypłać różnicę albo popraw dni.", rule}
	case finding.PaidNotWorked:
		return Said{"Wypłaty " + of + " są o " + money(f.Amount) + " większe od świadczenia za " + hours(f.Minutes) + " pracy: popraw dni albo odzyskaj nadpłatę i zapisz jej zwrot.", rule}
	}
	return Said{"Świadczenie " + of + " wypłacono w całości, a o jego refundację (" + money(f.Amount) + ") nie prosi żaden wniosek: złóż wniosek.",
		"refundacja wypłaconych świadczeń, porozumienie " + f.Subjects[2]}
}

// claimed: <contract>:<month>:<claim> of a claim for what was not paid; <contract>:<month> of
// several that ask for one, <agreement>:<month>:sum of several that ask for too much in all.
func claimed(f findings.Found, parts []string) Said {
	switch {
	case f.Kind == finding.ClaimedNotPaid:
		return Said{"Wniosek " + parts[2] + " prosi o refundację za " + month(parts[1]) + " ze skierowania " + parts[0] + ", choć do wypłaty zostało " + money(f.Amount) +
			": wypłać świadczenie albo popraw wniosek.", "refundacja wypłaconych świadczeń, porozumienie " + f.Subjects[2]}
	case len(parts) == 3:
		return Said{"Wnioski " + strings.Join(f.Subjects[1:], ", ") + " proszą za " + month(parts[1]) + " z porozumienia " + parts[0] + " razem o " + money(f.Amount) +
			" więcej, niż wynosi refundacja: popraw albo wycofaj jeden z nich.", "jedna refundacja miesiąca, porozumienie " + parts[0]}
	}
	return Said{"Wnioski " + strings.Join(f.Subjects[3:], ", ") + " proszą za " + month(parts[1]) + " ze skierowania " + parts[0] + " razem o " + money(f.Amount) +
		" więcej, niż wynosi refundacja: popraw albo wycofaj jeden z nich.", "jedna refundacja miesiąca, porozumienie " + f.Subjects[2]}
}
