package pages

import "io"

// keyPress is what some keys do: several are one after the other by "albo", together by "+".
type keyPress struct {
	Keys []string
	Does string
}

type keysView struct {
	Head  Head
	Areas []struct {
		ID, Title string
		Presses   []keyPress
	}
}

// Keys writes the page of all that keys do.
func (p *Pages) Keys(w io.Writer, visit Visit) error {
	v := keysView{Head: Head{Title: "Skróty klawiszowe", Meta: "Wszystko działa też bez nich: przyciskami, odnośnikami i klawiszem Tab."}}
	area := func(id, title string, presses ...keyPress) {
		v.Areas = append(v.Areas, struct {
			ID, Title string
			Presses   []keyPress
		}{id, title, presses})
	}
	area("wszedzie", "Wszędzie",
		keyPress{[]string{"?"}, "ta lista; gdy nie piszesz w polu"},
		keyPress{[]string{"/"}, "do pola szukania, jeśli strona je ma; gdy nie piszesz w polu"},
		keyPress{[]string{"Alt", "M"}, "do momentu: na jaki dzień i według jakich zapisów"},
		keyPress{[]string{"Esc"}, "zamknij menu"})
	area("siatka", "Siatka obecności i wizyt",
		keyPress{[]string{"←", "↑", "→", "↓"}, "do sąsiedniej komórki"},
		keyPress{[]string{"Enter"}, "zapisz i przejdź w dół, z Shift w górę"},
		keyPress{[]string{"Tab"}, "zapisz i przejdź w prawo"},
		keyPress{[]string{"F2"}, "pisz w komórce: strzałki w lewo i w prawo poruszają się po tekście"},
		keyPress{[]string{"Ctrl", "V"}, "wklej komórki z arkusza, od tej, w której jesteś"},
		keyPress{[]string{"Ctrl", "Z"}, "cofnij ostatni zapis"},
		keyPress{[]string{"Esc"}, "przywróć, co było w komórce"},
		keyPress{[]string{"C"}, "jako treść komórki: choroba"},
		keyPress{[]string{"U"}, "jako treść komórki: nieobecność usprawiedliwiona"},
		keyPress{[]string{"N"}, "jako treść komórki: nieusprawiedliwiona"})
	area("formularze", "Formularze",
		keyPress{[]string{"Enter"}, "zapisz; w polu szukania pokaż, co pasuje"},
		keyPress{[]string{"Spacja"}, "zaznacz lub odznacz"})
	return p.render(w, "keys", p.framed(visit, v.Head.Title, "/klawisze", nil), v)
}

type patternsView struct {
	Head   Head
	Notes  []Note
	Chips  []Chip
	Tables []Table
	Forms  []Form
	Trail  []Step
	Drawer Drawer
	Empty  Empty
	Toast  Toast
}

// Patterns writes the page of the components that pages are made of, each in its states, for
// whoever makes pages. What stands in it is made up.
func (p *Pages) Patterns(w io.Writer, visit Visit) error {
	v := patternsView{Head: Head{Crumbs: []Crumb{{"Co jest w księdze", "/"}, {Title: "Wzory"}}, Title: "Wzory", Meta: "Z czego zrobione są strony, w każdym stanie. Osoby i liczby są zmyślone."},
		Empty: Empty{"Nie ma jeszcze wniosków za 2019 rok.", "Pierwszy przygotujesz po wypłacie za styczeń."}, Toast: Toast{"Zapisano.", "Cofnij", "/wzory"}}
	for _, state := range []string{"good", "warn", "bad", "info", "past", "locked"} {
		v.Notes = append(v.Notes, Note{State: state, Strong: "Stan " + state + ".", Text: "Zdanie mówi, co zrobić.", Links: []Link{{"I prowadzi tam", "/wzory"}}})
		v.Chips = append(v.Chips, Chip{state, "stan " + state})
	}
	columns := []Column{{Title: "Umowa", Class: "id", Sort: "/wzory", Sorted: "ascending"}, {Title: "Do", Class: "day", Sort: "/wzory"}, {Title: "Czas", Class: "n"}, {Title: "Kwota", Class: "n"}}
	v.Tables = []Table{
		{Label: "Wzór tabeli z sumą", Caption: "2 wiersze", Asked: "porozumienie P/1", Columns: columns, Fits: true, Rows: []Row{
			{Cells: []Cell{{Text: "S/1", Class: "id", Href: "/wzory", Name: "Jan Zmyślony"}, {Text: "31.12.2018", Class: "day"}, {Text: "25:30", Class: "n"}, {Text: "211,65 zł", Class: "n"}}, Beneath: []Sentence{{"Uwaga", "Zdanie pod wierszem, na całą szerokość."}}},
			{Cells: []Cell{{Text: "S/2", Class: "id", Links: []Link{{"U1", "/wzory"}, {"U2", "/wzory"}}}, {Chip: &Chip{"warn", "po terminie"}, Class: "day"}, {Text: "2:00", Class: "n"}, {Text: "16,60 zł", Class: "n"}}}},
			Foot: []Cell{{Text: "Razem"}, {}, {Text: "27:30", Class: "n"}, {Text: "228,25 zł", Class: "n"}}},
		{Label: "Wzór pustej tabeli", Columns: columns, Fits: true, Empty: Empty{"Nic nie odpowiada temu pytaniu.", "Zmień pola powyżej albo wyczyść je."}}}
	choices := []Choice{{Value: "a", Title: "pierwszy", Hint: "z podpowiedzią"}, {Value: "b", Title: "drugi"}}
	v.Forms = []Form{{ID: "wzor-formularza", Label: "Wzór formularza", Action: "/wzory", Submit: "Zapisz wzór", Back: "/wzory", Facts: []Pair{{"Umowa", "S/1"}, {"Dzień", "05.03.2018"}},
		Refused: &Note{State: "bad", Role: "alert", Strong: "Nie zapisano.", Text: "Popraw zaznaczone pola: niczego innego nie trzeba wpisywać od nowa."}, Groups: []FieldGroup{
			{Title: "Pola", Fields: []Field{{ID: "w-dzien", Name: "dzien", Label: "Dzień", Value: "31.6.2018", Width: "w-date", Error: "Wpisz dzień, na przykład 5.06.2018."}, {ID: "w-czas", Name: "czas", Label: "Czas", Width: "w-s", Hint: "2:30 albo 2,5"},
				{ID: "w-wybor", Name: "wybor", Label: "Wybór", Choices: choices, Value: "b", Width: "w-m"}, {ID: "w-jedno", Name: "jedno", Label: "Jedno z kilku", Kind: "radios", Choices: choices, Value: "a"},
				{ID: "w-kilka", Name: "kilka[]", Label: "Kilka", Kind: "checks", Choices: choices, Chosen: []string{"a", "b"}}, {ID: "w-tak", Name: "tak", Label: "Tak albo nie", Kind: "check", Value: "tak"}}},
			{Title: "Rzadsze pola", Folded: true, Fields: []Field{{ID: "w-opis", Name: "opis", Label: "Opis", Kind: "long", Width: "w-full", Optional: true}}}}}}
	v.Trail = []Step{{State: "good", Text: "Zatwierdzono miesiąc", Meta: "06.06.2018, 9:14"}, {State: "warn", Text: "Poprawiono 22.05: 2:00 zamiast 4:30", Meta: "poz. 1221", Act: &Link{"Popraw", "/wzory"}}, {Text: "Wpisano 4:30", Meta: "poz. 902", Href: "/wzory"}}
	v.Drawer = Drawer{ID: "wzor-szuflady", Title: "Skąd 25:30?", Meta: "S/1, maj 2018", Close: "/wzory", Trail: v.Trail[1:]}
	f := p.framed(visit, v.Head.Title, "/wzory", nil)
	f.FootNote = ""
	return p.render(w, "patterns", f, v)
}
