package story

import (
	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/polish"
)

func month(m domain.Month) string { return polish.Day(m.String()) }

func kinds() map[contract.Kind]string {
	return map[contract.Kind]string{contract.Referral: "skierowanie do prac społecznie użytecznych", contract.Social: "kontrakt socjalny",
		contract.Tripartite: "kontrakt trójstronny", contract.Independence: "kontrakt usamodzielnienia"}
}

// Signed is a contract as it was signed.
func Signed(t contract.Terms) string {
	return "Podpisano " + said(kinds(), t.Kind) + " " + t.Contract + " na czas " + days(t.From, t.To) + "."
}

// Drafted is one that was drawn up.
func Drafted(t contract.Terms) string {
	return "Przygotowano " + said(kinds(), t.Kind) + " " + t.Contract + "."
}

// Changed is a change of a contract; a reason is not told.
func Changed(number string, c contract.Change) string {
	of := " umowy " + number
	switch c := c.(type) {
	case contract.Amended:
		return "Aneks do umowy " + number + "."
	case contract.Suspended:
		return "Zawieszenie" + of + " " + days(c.On, c.Until) + "."
	case contract.Resumed:
		return "Wznowienie" + of + "."
	case contract.Breached:
		return "Niedotrzymanie" + of + "."
	case contract.Terminated:
		return "Rozwiązanie" + of + "."
	case contract.Completed:
		return "Zakończenie" + of + "."
	case contract.Substituted:
		return "Zastępstwo asystenta w umowie " + number + ": " + c.Substitute + " " + days(c.On, c.Until) + "."
	case contract.Decided:
		return decided(number, c)
	}
	return "Zmiana" + of + "."
}

func decided(number string, c contract.Decided) string {
	text := "Decyzja " + c.Number + " po niedotrzymaniu umowy " + number + ": " +
		said(map[contract.Ruling]string{contract.Upheld: "utrzymanie pomocy", contract.Restricted: "ograniczenie pomocy", contract.Refused: "odmowa pomocy"}, c.Ruling)
	if c.Served != 0 {
		text += ", doręczona " + day(c.Served)
	}
	if c.Appeal != "" {
		text += ", odwołanie: " + said(map[contract.Appeal]string{contract.NoAppeal: "brak", contract.AppealFiled: "złożone", contract.AppealWon: "uwzględnione",
			contract.AppealFailed: "oddalone"}, c.Appeal)
	}
	return text + "."
}

// Task is what one side is to do; what that is, is not told.
func Task(no string, side contract.Side, due domain.Date) string {
	whose := said(map[contract.Side]string{contract.SideParticipant: "uczestnika", contract.SideCentre: "ośrodka"}, side)
	return "Zadanie " + no + " " + whose + " z terminem " + day(due) + "."
}

// TaskResult is that it was recorded what became of a task.
func TaskResult(no string) string { return "Zapis wyniku zadania " + no + "." }

// Evaluated is that a contract was evaluated.
func Evaluated(number string) string { return "Ocena realizacji kontraktu " + number + "." }

// Aid is material aid; what it was for is not told.
func Aid(number string, amount domain.Grosze) string {
	return "Pomoc materialna " + money(amount) + " w kontrakcie " + number + "."
}
