package pages

import (
	"net/url"
	"slices"

	"ksiega/domain/access"
)

// entry is a line of the navigation: a page, in which group it stands, and who gets it:
// whoever may do one of the operations and acts in one of the roles, each where it names any.
type entry struct {
	group, title, path string
	may                []access.Operation
	roles              []access.Role
}

// entries are the pages that the navigation leads to, in its order. A page that is added
// gets its line here.
func entries() []entry {
	return []entry{
		{"", "Co jest w księdze", "/", []access.Operation{access.Overview}, nil},
		{"", "Konta", "/konta", []access.Operation{access.ListAccounts}, []access.Role{access.Administrator}},
		{"", "Do zatwierdzenia", "/decyzje", []access.Operation{access.DecideRequest}, nil},
		{"", "Do wiadomości", "/decyzje", []access.Operation{access.Acknowledge}, nil},
		{"Miesiąc", "Obecności i godziny", "/miesiace", []access.Operation{access.Sheet}, nil},
		{"Miesiąc", "Zajęcia", "/zajecia", []access.Operation{access.Session}, nil},
	}
}

// commands are what somebody has a form for: whatever records something.
func commands() []access.Operation {
	return slices.DeleteFunc(access.Operations(), func(op access.Operation) bool { return commandArea(string(op)) == "" })
}

// records says whether somebody has any form.
func records(v Visit) bool { return slices.ContainsFunc(commands(), v.As.May) }

// gets says whether an entry is for whoever looks.
func (e entry) gets(who access.Who) bool {
	return (len(e.may) == 0 || slices.ContainsFunc(e.may, who.May)) && (len(e.roles) == 0 || slices.ContainsFunc(e.roles, who.Is))
}

// navigation is what a visit gets of the entries, and the reports by area; links to reports
// keep the moment.
func navigation(v Visit, moment url.Values) (nav []Group) {
	to := func(group string, e Entry) {
		i := slices.IndexFunc(nav, func(g Group) bool { return g.Title == group })
		if i < 0 {
			i = len(nav)
			nav = append(nav, Group{Title: group})
		}
		nav[i].Entries = append(nav[i].Entries, e)
	}
	for _, e := range entries() {
		if e.gets(v.As) {
			to(e.group, Entry{Title: e.title, Path: e.path, Href: e.path})
		}
	}
	if records(v) {
		to("", Entry{Title: "Polecenia", Path: "/polecenia", Href: "/polecenia"})
	}
	if v.As.May(access.Report("person")) {
		to("", Entry{Title: "Osoby", Path: "/osoby", Href: "/osoby"})
		to("", Entry{Title: "Umowy i skierowania", Path: "/umowy", Href: "/umowy"})
		to("", Entry{Title: "Ustalenia", Path: "/ustalenia", Href: "/ustalenia"})
	}
	kept := ""
	if len(moment) > 0 {
		kept = "?" + moment.Encode()
	}
	for _, area := range reportsByArea(v.Reports) {
		for _, r := range area.Reports {
			to(area.Title, Entry{Title: r.Title, Path: "/reports/" + r.Name, Href: "/reports/" + r.Name + kept})
		}
	}
	to("Dla programów", Entry{Title: "Opis API", Path: "/docs", Href: "/docs"})
	return nav
}
