package pages

import (
	"net/url"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/report"
	"ksiega/queries"
)

// refs lead from what an answer names to where more is told of it: to its page, or at another
// moment than now, which pages do not show, to a report. A finding's id may tell what is sealed
// and stands in no address.
type refs struct {
	begins map[report.Reference]string // of addresses, by what they tell of
	named  func(report.Reference, string) string
}

// pagesOf are the beginnings of the addresses of pages, and by which operation they open.
func pagesOf() []reference {
	return []reference{{domain.RefParticipant, "/osoby/", access.Report("person")}, {domain.RefContract, "/umowy/", access.Report("contracts")}}
}

type reference struct {
	of    domain.RefKind
	begin string
	by    access.Operation
}

// refsOf are the links of an answer, as far as whoever looks may follow them. A report whose
// every row is of the one that was asked about leads nowhere; a is nil of a page of several.
func refsOf(visit Visit, a *queries.Answer, query url.Values) refs {
	r, moment := refs{begins: map[report.Reference]string{}, named: visit.Named}, momentOf(query).Encode()
	for _, to := range []struct {
		of            domain.RefKind
		report, param string
	}{
		{domain.RefParticipant, "access-log", "participant"}, {domain.RefParticipant, "person", "participant"}, {domain.RefAssistant, "assistant-hours", "assistant"},
		{domain.RefAgreement, "psu-settlement", "agreement"}, {domain.RefProgramme, "indicators", "programme"},
	} {
		if a != nil && to.report == a.Report.Name && a.Params[to.param] != "" {
			continue
		}
		for _, may := range visit.Reports {
			if may.Name != to.report {
				continue
			}
			address := "/reports/" + to.report + "?"
			if moment != "" {
				address += moment + "&"
			}
			r.begins[report.Reference(to.of)] = address + to.param + "="
		}
	}
	if visit.As.Is(access.Visitor) {
		return r
	}
	for _, to := range pagesOf() {
		if moment == "" && visit.As.May(to.by) {
			r.begins[report.Reference(to.of)] = to.begin
		}
	}
	if records(visit) {
		r.begins["event"] = "/zapisy/"
	}
	return r
}

// to is the address of a thing; "" where there is none.
func (r refs) to(kind report.Reference, id string) string {
	begin := r.begins[kind]
	switch {
	case begin == "" || id == "":
		return ""
	case begin[len(begin)-1] == '=':
		return begin + url.QueryEscape(id)
	}
	return begin + url.PathEscape(id)
}

// lead lets what a cell names lead on, each of a list by itself, and says who it is to whom
// that is shown.
func (r refs) lead(f *report.Field, v report.Value, c Cell) Cell {
	switch {
	case f.Refers == "":
	case f.Kind == report.KindList:
		for _, id := range f.Lines(v) {
			if to := r.to(f.Refers, id); to != "" {
				c.Links = append(c.Links, Link{id, to})
			}
		}
	case f.Kind == report.KindText && c.Text != "":
		c.Href = r.to(f.Refers, c.Text)
		if r.named != nil {
			c.Name = r.named(f.Refers, c.Text)
		}
	}
	return c
}
