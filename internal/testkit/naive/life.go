package naive

import (
	"fmt"
	"slices"
	"strings"
)

// Life is the report person, of whoever an id is, without its sentences: of each event that
// stands its day, programme, kind, what it is about, its minutes and grosze; in no order.
func (b *Ledger) Life(id string) (all []string) {
	who := b.kept(id)
	add := func(r record, column, programme, kind, about string, minutes, grosze any) {
		if day := r.date(column); !b.later(day) {
			all = append(all, fmt.Sprint(dayOf(day), "|", programme, "|", kind, "|", about, "|", minutes, "|", grosze))
		}
	}
	theirs := func(kind string, identity ...string) (some []record) {
		for _, r := range b.standing(kind, identity...) {
			if b.kept(r.cell["uczestnik"]) == who {
				some = append(some, r)
			}
		}
		return some
	}
	for _, r := range theirs("umowy", "numer") {
		if !b.later(r.date("zawarto")) {
			number, programme := r.cell["numer"], r.cell["program"]
			add(r, "zawarto", programme, "contract", number, nil, nil)
			b.underContract(r, func(of record, column, kind, about string, minutes, grosze any) {
				add(of, column, programme, kind, about, minutes, grosze)
			})
		}
	}
	for _, v := range b.given() {
		if b.kept(v.participant) == who {
			all = append(all, fmt.Sprint(dayOf(v.Date), "|", v.programme, "|visit|", v.Contract, "|", v.ToMinute-v.FromMinute, "|", nil))
		}
	}
	sessions := b.sessions()
	for _, r := range theirs("obecnosci-zajec", "zajecia", "uczestnik") {
		if s, took := sessions[r.cell["zajecia"]]; took {
			minutes := any(nil)
			if slices.Contains([]string{"obecny", "spozniony"}, r.cell["obecnosc"]) {
				minutes = sessionMinutes(s)
			}
			add(s, "data", s.cell["program"], "session", s.cell["id"], minutes, nil)
		}
	}
	for _, r := range theirs("statusy", "uczestnik", "rodzaj", "od") {
		add(r, "od", "", "status", r.cell["rodzaj"], nil, nil)
	}
	for _, r := range theirs("pobyty", "uczestnik", "rodzaj", "od") {
		add(r, "od", "", "stay", "", nil, nil)
	}
	for _, r := range theirs("udzial", "uczestnik", "program", "zdarzenie", "data") {
		add(r, "data", r.cell["program"], "participation", r.cell["zdarzenie"], nil, nil)
	}
	for _, identity := range theirs("tozsamosci", "program", "pseudonim") {
		for _, r := range b.standing("kontakty", "id") {
			if !b.later(identity.date("data")) && sameStreet(r, identity) {
				add(r, "data", "streetworking", "contact", r.cell["id"], nil, nil)
			}
		}
	}
	slices.Sort(all)
	return all
}

// sameStreet says whether a contact is with whom a pseudonym of an identity names.
func sameStreet(contact, identity record) bool {
	name := func(r record) string { return strings.ToLower(strings.TrimSpace(r.cell["pseudonim"])) }
	return name(contact) != "" && name(contact) == name(identity)
}

// underContract are what happened in a contract's life and under it, each with the column of
// its day.
func (b *Ledger) underContract(contract record, add func(r record, column, kind, about string, minutes, grosze any)) {
	number := contract.cell["numer"]
	each := func(kind string, identity []string, tell func(record)) {
		for _, r := range b.standing(kind, identity...) {
			if r.cell["umowa"] == number {
				tell(r)
			}
		}
	}
	each("zmiany-umow", []string{"umowa", "zmiana", "od"}, func(r record) { add(r, "od", "contract", number, nil, nil) })
	each("zadania", []string{"umowa", "nr"}, func(record) { add(contract, "zawarto", "task", number, nil, nil) })
	each("realizacja-zadan", []string{"umowa", "nr", "data"}, func(r record) { add(r, "data", "task", number, nil, nil) })
	each("oceny", []string{"umowa", "data"}, func(r record) { add(r, "data", "evaluation", number, nil, nil) })
	each("pomoc", []string{"umowa", "data", "cel", "dokument"}, func(r record) {
		add(r, "data", "aid", number, nil, read(r, "kwota", false, parseMoney))
	})
	each("obecnosci", []string{"umowa", "data"}, func(r record) {
		if minutes := read(r, "godziny", true, parseHours); minutes > 0 {
			add(r, "data", "work", number, minutes, nil)
		} else {
			add(r, "data", "absence", number, nil, nil)
		}
	})
	each("wyplaty", []string{"lista", "umowa", "miesiac", "zwrot"}, func(r record) {
		grosze := read(r, "kwota", false, parseMoney)
		if r.cell["zwrot"] == "tak" {
			grosze = -grosze
		}
		add(r, "data", "payment", r.cell["lista"], nil, grosze)
	})
}
