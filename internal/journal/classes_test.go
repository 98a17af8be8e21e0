package journal

import (
	"reflect"
	"slices"
	"testing"

	"ksiega/domain/access"
)

// Every sealed field of an event is of a class, which says who sees it: without one nobody
// would, and nobody would know.
func TestEverySealedFieldIsOfAClass(t *testing.T) {
	t.Parallel()
	table, met := ledger(t), map[access.Class]bool{}
	for _, typ := range table.Names() {
		v := reflect.New(reflect.TypeOf(table.kinds[typ].sample)).Elem()
		v.Set(reflect.ValueOf(sampleOf(t, table.kinds[typ].sample)))
		for _, f := range sealedFields(v, "", "") {
			c, known := access.Classified(typ, f.name)
			if !known || !slices.Contains(access.Classes(), c) {
				t.Errorf("%s: %s is of no class", typ, f.path)
			}
			met[c] = true
		}
	}
	for _, c := range access.Classes() {
		if !met[c] {
			t.Errorf("nothing is of class %s", c)
		}
	}
}
