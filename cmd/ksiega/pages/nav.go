package pages

import (
	"net/url"
	"slices"
	"strings"

	"ksiega/domain/access"
)

// entry is a line of the navigation: a page, in which group it stands, and who gets it: whoever
// may do one of the operations and acts in one of the roles, each where it names any. Visitors
// get only what is open to them.
type entry struct {
	group, title, path string
	may                []access.Operation
	roles              []access.Role
	open               bool
	tells              string // the report that the page tells, which then has no entry of its own
}

// reportsHere stands in the table where the reports do, by their areas.
const reportsHere = "/reports/"

// entries are the pages that the navigation leads to, in its order. A page that is added
// gets its line here.
func entries() []entry {
	return []entry{
		{title: "Co jest w księdze", path: "/", may: []access.Operation{access.Overview}, open: true},
		{title: "Konta", path: "/konta", may: []access.Operation{access.ListAccounts}, roles: []access.Role{access.Administrator}},
		{title: "Do zatwierdzenia", path: "/decyzje", may: []access.Operation{access.DecideRequest}},
		{title: "Do wiadomości", path: "/decyzje", may: []access.Operation{access.Acknowledge}},
		{title: "Rejestr dostępu", path: "/rejestr", may: []access.Operation{access.Report("access-log")}, tells: "access-log"},
		{title: "Osoby", path: "/osoby", may: []access.Operation{access.Find}, tells: "person"},
		{title: "Umowy i skierowania", path: "/umowy", may: []access.Operation{access.Report("contracts")}, tells: "contracts"},
		{title: "Ustalenia", path: "/ustalenia", may: []access.Operation{access.Report("findings")}, tells: "findings"},
		{title: "Polecenia", path: "/polecenia", may: commands()},
		{group: "Miesiąc", title: "Obecności i godziny", path: "/miesiace", may: []access.Operation{access.Sheet}},
		{group: "Miesiąc", title: "Zajęcia", path: "/zajecia", may: []access.Operation{access.Session}},
		{path: reportsHere},
		{group: "Dla programów", title: "Opis API", path: "/docs", open: true},
		{group: "Dla programów", title: "Wzory stron", path: "/wzory", roles: []access.Role{access.Administrator}},
	}
}

// commands are what somebody has a form for: whatever records something, but what becomes of a
// month, which is said where the month is.
func commands() []access.Operation {
	return slices.DeleteFunc(access.Operations(), func(op access.Operation) bool {
		return commandArea(string(op)) == "" || strings.HasSuffix(string(op), "-month")
	})
}

// records says whether somebody has any form.
func records(v Visit) bool { return slices.ContainsFunc(commands(), v.As.May) }

// gets says whether an entry is for whoever looks.
func (e entry) gets(who access.Who) bool {
	return (e.open || !who.Is(access.Visitor)) && (len(e.may) == 0 || slices.ContainsFunc(e.may, who.May)) && (len(e.roles) == 0 || slices.ContainsFunc(e.roles, who.Is))
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
	kept, told := "", map[string]bool{}
	if len(moment) > 0 {
		kept = "?" + moment.Encode()
	}
	for _, e := range entries() {
		switch {
		case e.path == reportsHere:
			for _, area := range reportsByArea(v.Reports) {
				for _, r := range area.Reports {
					if !told[r.Name] {
						to(area.Title, Entry{Title: r.Title, Path: e.path + r.Name, Href: e.path + r.Name + kept})
					}
				}
			}
		case e.gets(v.As):
			to(e.group, Entry{Title: e.title, Path: e.path, Href: e.path})
			told[e.tells] = true
		}
	}
	return nav
}
