package commands_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/internal/testkit/ledgertest"
)

// cells are those of a row by column.
type cells map[string]string

func (c cells) sheet(kind string, n int) sheet {
	names := slices.Sorted(maps.Keys(c))
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = c[name]
	}
	return sheet{fmt.Sprintf("%s_%d.csv", kind, n), strings.Join(names, ";") + "\n" + strings.Join(values, ";") + "\n"}
}

// differing is a row of a kind of file that is recorded, and what each column that is no part
// of its identity may say instead, without anything else being wrong with it.
type differing struct{ row, others cells }

// differings are such rows by kind of file.
func differings() map[string][]differing {
	all := map[string][]differing{}
	for _, of := range []map[string][]differing{
		differingPeople(),
		differingAssistants(),
		differingAgreements(),
		differingContracts(),
		differingParticipations(),
		differingSocialContracts(),
		differingAttendance(),
		differingVisits(),
		differingSessions(),
		differingPayments(),
		differingClaims(),
		differingBudgets(),
		differingDurability(),
		differingStreet(),
	} {
		maps.Copy(all, of)
	}
	return all
}

// What is recorded with other values is refused with the column that differs, whatever
// column of whatever kind of file that is.
func TestWhatDiffersIsNamed(t *testing.T) {
	t.Parallel()
	rows := differings()
	for _, f := range commands.ImportFiles() {
		if len(f.Columns) == 0 { // a bank's file, which nobody mends
			continue
		}
		t.Run(f.Kind, func(t *testing.T) {
			t.Parallel()
			l := ledgertest.Open(t)
			for _, before := range append(append(anyCentre(), socialContract()...), ofGroups(), paidInMarch(), claimedForMarch(), sheet{"porozumienia_8.csv", "numer;zawarto;od;do;refundacja\nP/8;02.01.2024;02.01.2024;31.12.2024;60\n"},
				sheet{"kontakty_8.csv", "id;data;godzina;miejsce;pseudonim\nK/8;04.03.2024;20:00;dworzec;Kazik\n"},
				sheet{"zajecia_8.csv", "id;program;rodzaj;temat;data;od;do\nZ8;mkis;warsztat;komputer;05.03.2024;16:00;18:00\n"}) {
				accepted(t, l, before)
			}
			tried, n := map[string]bool{}, 10
			for _, c := range rows[f.Kind] {
				accepted(t, l, c.row.sheet(f.Kind, n))
				for column, value := range c.others {
					n++
					tried[column] = true
					other := maps.Clone(c.row)
					other[column] = value
					s := l.Import(t, other.sheet(f.Kind, n).name, other.sheet(f.Kind, n).rows)
					if s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why, domain.ErrDiffers) || s.RefusedRows[0].Why[0].Column != column {
						t.Errorf("column %s: %+v", column, s)
					}
				}
			}
			for _, c := range f.Columns {
				amends := slices.Contains([]string{"correct", "withdraw", "correctionReason"}, c.Field) || c.Field == "reason" && f.Kind != "decyzje-pup" && f.Kind != "zmiany-umow"
				if !c.Key && !amends && !tried[c.Name] {
					t.Errorf("column %s is not tried", c.Name)
				}
			}
		})
	}
}
