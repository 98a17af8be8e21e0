package commands_test

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"ksiega/domain/programme"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// recordedEditions are those of a programme, as the log has them.
func recordedEditions(t *testing.T, l *ledgertest.Ledger, id string) (all []programme.EditionRecorded) {
	t.Helper()
	err := l.Journal.ReadStream(t.Context(), programme.Stream(id), 0, func(r *journal.Recorded) error {
		e, ok := r.Event.(programme.EditionRecorded)
		if !ok {
			t.Errorf("%T among the editions of %s", r.Event, id)
		}
		all = append(all, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEditionsOfAnEarlierBuild: a ledger that an earlier build began goes on. What that
// build recorded stays edition 0, under which its visits stay; of what is said otherwise now
// there is one edition more, whichever build is started how often.
func TestEditionsOfAnEarlierBuild(t *testing.T) {
	t.Parallel()
	var earlier struct{ Programmes []programme.Programme }
	data, err := os.ReadFile("testdata/programmes.earlier.json")
	if err == nil {
		err = json.Unmarshal(data, &earlier)
	}
	if err != nil || len(earlier.Programmes) != 11 {
		t.Fatal(err, len(earlier.Programmes))
	}
	l := ledgertest.Open(t)
	now, before := l.Catalogue, programme.New(l.Catalogue.Statute(), earlier.Programmes, l.Catalogue.DaysOff())
	start := func(build *programme.Catalogue) {
		t.Helper()
		l.Catalogue = build
		if err := l.RecordEditions(t.Context(), ""); err != nil {
			t.Fatal(err)
		}

	}
	start(before)
	l.Import(t, "uczestnicy.csv", "id;imie;nazwisko\nU1;Ewa;Kos\n")
	l.Import(t, "asystenci.csv", "id;imie;nazwisko\nA1;Jan;Lis\n")
	l.Import(t, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT1;trojstronny;aoon-2006;U1;02.01.2018;02.01.2018;31.12.2018;A1\n")
	l.Import(t, "godziny.csv", "asystent;umowa;data;od;do\nA1;T1;08.01.2018;08:00;10:00\n")
	for range 2 {
		start(now)
		start(before)
	}
	for _, was := range earlier.Programmes {
		is, known := now.Programme(was.ID)
		editions := recordedEditions(t, l, was.ID)
		want := []programme.Programme{was}
		if !reflect.DeepEqual(is, was) {
			want = append(want, is)
		}
		if !known || len(editions) != len(want) {
			t.Errorf("%s has %d editions, not %d", was.ID, len(editions), len(want))
			continue
		}
		for i, e := range editions {
			if e.Edition != i || !reflect.DeepEqual(e.Programme, want[i]) || e.Origin != programme.Embedded {
				t.Errorf("edition %d of %s is %+v, not %+v", i, was.ID, e, want[i])
			}
		}
	}
	start(now)
	if s := l.Import(t, "godziny_korekta.csv", "asystent;umowa;data;od;do;korekta;powod\nA1;T1;08.01.2018;08:00;11:00;tak;pomyłka\n"); s.Accepted != 1 {
		t.Errorf("%+v", s.RefusedRows)
	}
}
