package sheetfile

import (
	"errors"
	"fmt"
	"testing"
)

// A cell that assigns columns is read as a row of them: commas within a value stay there.
func TestAssignedColumns(t *testing.T) {
	t.Parallel()
	spec := Spec{Optional: []string{"do", "stawka", "miejsce"}}
	for cell, want := range map[string]string{
		"stawka=12,50":                        " 12.50 ",
		"DO = 31.10.2024 , Stawka=12.50":      "2024-10-31 12.50 ",
		"miejsce=Długa 1, m. 2,do=2024-10-31": "2024-10-31 0.00 Długa 1, m. 2",
	} {
		s := read(t, "umowy.csv", "wartosc\n\""+cell+"\"\nx\n", Spec{Required: []string{"wartosc"}})
		r := s.Record(0)
		said := r.Assigned("wartosc", spec)
		if got := fmt.Sprint(said.Date("do"), " ", said.Amount("stawka"), " ", said.Text("miejsce")); got != want || said.Err() != nil {
			t.Errorf("%s: %q, %v", cell, got, said.Err())
		}
	}
	for cell, want := range map[string]error{
		"31.10.2024": ErrAssigned, "od=31.10.2024": ErrAssigned, "do=1.1.2024,do=2.1.2024": ErrAssigned, "stawka=": ErrEmpty, "stawka=1,2,3": ErrAmount, "do=1/2/2024": ErrSlashes,
	} {
		r := read(t, "umowy.csv", "wartosc\n\""+cell+"\"\n", Spec{Required: []string{"wartosc"}}).Record(0)
		said := r.Assigned("wartosc", spec)
		_, _, _ = said.Date("do"), said.Amount("stawka"), said.Text("miejsce")
		r.RefuseAs("wartosc", said)
		if err := r.Err(); !errors.Is(err, want) || r.Readable("wartosc") {
			t.Errorf("%s: %v", cell, err)
		}
	}
}
