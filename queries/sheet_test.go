package queries_test

import (
	"errors"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// readSheet reads one as somebody.
func readSheet(t *testing.T, d *queries.Reader, who access.Who, asked queries.SheetAsked) *queries.Sheet {
	t.Helper()
	s, err := d.Sheet(t.Context(), who, asked)
	must(t, err)
	return s
}

// Every sheet of the sample holds what the reports say of its month, which fold rows and know
// nothing of sheets, and hands on revisions that commands take.
func TestSheetsHoldWhatReportsSay(t *testing.T) {
	l := ledgertest.Open(t)
	l.ImportSample(t)
	reader, _ := redisReader(t, l)
	who := ledgertest.Actor.Who
	minutes := map[queries.SheetAsked]domain.Minutes{}
	rows := func(name string, key func(row map[string]any) queries.SheetAsked) {
		a, err := reader.Ask(t.Context(), name, queries.Request{Who: who})
		must(t, err)
		for _, r := range rowsOf(a) {
			row := map[string]any{}
			for i, f := range a.Table.Fields {
				row[f.Name] = r[i]
			}
			of := key(row)
			of.Month = row["month"].(domain.Month)
			minutes[of] += domain.Minutes(row["minutes"].(int64))
		}
	}
	rows("psu-settlement", func(row map[string]any) queries.SheetAsked {
		return queries.SheetAsked{Agreement: row["agreement"].(string)}
	})
	rows("assistant-hours", func(row map[string]any) queries.SheetAsked {
		return queries.SheetAsked{Assistant: row["assistant"].(string)}
	})
	if len(minutes) < 20 {
		t.Fatalf("%d sheets", len(minutes))
	}
	names, handed := 0, 0
	for of, want := range minutes {
		s := readSheet(t, reader, who, of)
		var sum domain.Minutes
		for _, r := range s.Rows {
			sum += r.Minutes()
			if len(r.Cells) != int(of.Month.Last()-of.Month.First())+1 || r.Name == "" {
				t.Errorf("%+v: %s %q has %d days", of, r.Contract, r.Name, len(r.Cells))
			}
			names++
		}
		if sum != want {
			t.Errorf("%+v: %s, the report says %s", of, sum, want)
		}
		if step, partly := s.Step(); step != sheet.Open || partly || want > 0 && !s.Entered() || !s.Own && want > 0 {
			t.Errorf("%+v: %q, partly %v, own %v", of, step, partly, s.Own)
		}
		if handed < 5 && want > 0 {
			handed++
			_, err := l.HandOverMonth(t.Context(), ledgertest.Actor, commands.HandOverMonth{SheetOf: commands.SheetOf{Agreement: of.Agreement, Assistant: of.Assistant, Month: of.Month, Seen: s.Seen}})
			must(t, err)
			if step, partly := readSheet(t, reader, who, of).Step(); step != sheet.HandedOver || partly {
				t.Errorf("%+v: %q, partly %v", of, step, partly)
			}
		}
	}
	if names == 0 || handed != 5 {
		t.Errorf("%d names, %d handed over", names, handed)
	}
	months, waiting := map[domain.Month]bool{}, 0
	for of := range minutes {
		months[of.Month] = true
	}
	listed := map[queries.SheetAsked]domain.Minutes{}
	for month := range months {
		all, err := reader.Sheets(t.Context(), who, month)
		must(t, err)
		for _, line := range all.Sheets {
			listed[line.SheetAsked] = line.Minutes
			if line.Step == sheet.HandedOver {
				waiting++
			}
			if !line.Own || line.Partly {
				t.Errorf("%+v", line)
			}
		}
	}
	for of, want := range minutes {
		if want > 0 && listed[of] != want {
			t.Errorf("%+v is listed with %s, not %s", of, listed[of], want)
		}
	}
	if waiting != handed || len(listed) > len(minutes) {
		t.Errorf("%d wait of %d handed over; %d of %d are listed", waiting, handed, len(listed), len(minutes))
	}
}

// The sessions of the sample's months are those that the report counts, and whoever was at one is
// on its list with a name.
func TestSessionListsHoldWhatTheReportSays(t *testing.T) {
	l := ledgertest.Open(t)
	l.ImportSample(t)
	reader, _ := redisReader(t, l)
	who := ledgertest.Actor.Who
	a, err := reader.Ask(t.Context(), "attendance", queries.Request{Who: who})
	must(t, err)
	var counted int64
	for _, r := range rowsOf(a) {
		counted += r[slices.IndexFunc(a.Table.Fields, func(f report.Field) bool { return f.Name == "sessions" })].(int64)
	}
	last, err := reader.Sessions(t.Context(), who, 0)
	must(t, err)
	if len(last.Sessions) == 0 {
		t.Error("no last month")
	}
	var held, lists int64
	for month := domain.NewMonth(2006, 1); month <= domain.NewMonth(2026, 3); month++ {
		of, err := reader.Sessions(t.Context(), who, month)
		must(t, err)
		for i, s := range of.Sessions {
			if !s.Terms.Cancelled {
				held++
			}
			if i > 0 {
				continue
			}
			lists++
			list, err := reader.Session(t.Context(), who, s.Terms.Session)
			must(t, err)
			there := 0
			for _, p := range list.People {
				if p.Name == "" || (p.Presence != "") == p.At.IsZero() {
					t.Errorf("%s: %+v", s.Terms.Session, p)
				}
				if p.Presence.Attended() {
					there++
				}
			}
			if there != s.Present || list.Topic == "" || list.Topic != s.Topic {
				t.Errorf("%s: %d there, the list says %d; %q, %q", s.Terms.Session, there, s.Present, list.Topic, s.Topic)
			}
		}
	}
	if held != counted || lists == 0 {
		t.Errorf("%d sessions, the report counts %d", held, counted)
	}
}

// A sheet says of each day where its last event stands, what of the caps is used, and who may not
// approve it; whoever is limited has their part of it.
func TestASheetAsItIsEntered(t *testing.T) {
	l := ledgertest.Open(t)
	l.Import(t, "uczestnicy.csv", "id;imie;nazwisko\nU1;Łukasz;Przykładny\n")
	l.Import(t, "porozumienia.csv", "numer;zawarto;od;do;refundacja;limit_godzin_miesiac\nP/1;01.02.2018;01.02.2018;31.12.2018;60;40\n")
	l.Import(t, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien\nS/1;psu;psu;U1;01.02.2018;01.03.2018;31.12.2018;P/1;8\n")
	reader, may := memoryReader(l), domain.NewMonth(2018, 5)
	of := queries.SheetAsked{Agreement: "P/1", Month: may}
	day := func(o commands.Origin, on int, minutes domain.Minutes, absence string, a commands.Amendment) {
		t.Helper()
		_, err := l.RecordAttendance(t.Context(), o, commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 5, on), Minutes: minutes, Absence: absence, Amendment: a})
		must(t, err)
	}
	day(ledgertest.Actor, 30, 150, "", commands.Amendment{})
	day(ledgertest.Actor, 29, 0, "choroba", commands.Amendment{})
	_, err := l.RecordAttendance(t.Context(), ledgertest.Actor, commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 6, 1), Minutes: 60})
	must(t, err)
	day(ledgertest.Actor, 2, 60, "", commands.Amendment{})
	day(ledgertest.Actor, 2, 0, "", commands.Amendment{Withdraw: true, Reason: "wpis w siatce"})

	s := readSheet(t, reader, ledgertest.Actor.Who, of)
	r := s.Rows[0]
	if week := r.Weeks[len(r.Weeks)-1]; week.Used != 210 || week.Limit != 480 || r.Month.Used != 150 || r.Month.Limit != 2400 {
		t.Errorf("caps: %+v, %+v", week, r.Month)
	}
	last := func(on int) (at journal.Position) {
		must(t, l.Journal.ReadStream(t.Context(), r.Stream, 0, func(r *journal.Recorded) error {
			if r.Event.OccurredOn() == domain.NewDate(2018, 5, on) {
				at = r.Position
			}
			return nil
		}))
		return at
	}
	for _, on := range []int{2, 3, 29, 30} {
		if at := r.Cells[on-1].At; at != last(on) {
			t.Errorf("day %d stands at %s, not %s", on, at, last(on))
		}
	}
	if e := r.Cells[28].Entries[0]; !e.Away || e.Absence != "choroba" || !e.Excused || len(r.Cells[1].Entries) != 0 || !s.Own || !s.Whole || len(s.Shown) == 0 {
		t.Errorf("%+v, %+v, own %v, shown %v", e, r.Cells[1], s.Own, s.Shown)
	}
	token := readSheet(t, reader, access.By("api", access.API, access.Token), of)
	if e := token.Rows[0].Cells[28].Entries[0]; e.Absence != "" || !e.Away || token.Rows[0].Name != "" || token.Own || len(token.Shown) != 0 {
		t.Errorf("who sees no person sees %+v, %q, %v", e, token.Rows[0].Name, token.Shown)
	}
	if none, err := reader.Sheet(t.Context(), ledgertest.Limited(ledgertest.Actor.Who, domain.Ref{Kind: domain.RefParticipant, ID: "NIKT"}), of); !errors.Is(err, queries.ErrUnknown) {
		t.Errorf("of nothing that is theirs: %+v, %v", none, err)
	}
	for _, who := range []access.Who{access.By("v", access.API, access.Visitor), access.By("nobody", access.API)} {
		if _, err := reader.Sheet(t.Context(), who, of); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", who.Role(), err)
		}
	}
	if _, err := reader.Sheet(t.Context(), ledgertest.Actor.Who, queries.SheetAsked{Agreement: "P/9", Month: may}); !errors.Is(err, queries.ErrUnknown) {
		t.Error(err)
	}
}
