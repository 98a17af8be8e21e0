package journal

import (
	"bytes"
	"testing"
)

// TestEveryEventHasASaltOfItsOwn: also those of one append, and also where they
// are the same in everything else; what names them is not moved by it.
func TestEveryEventHasASaltOfItsOwn(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	salts := map[Salt]bool{}
	for _, stream := range []string{"tally-1", "tally-2"} {
		events := decided("k", counted{By: "a"}, counted{By: "a"}, counted{By: "a"})
		if _, err := j.Append(within(t), stream, NoStream, events...); err != nil {
			t.Fatal(err)
		}
		again, err := j.Append(within(t), stream, NoStream, events...)
		if err != nil || again.Revision != 2 {
			t.Fatalf("sent twice: %+v, %v", again, err)
		}
		err = j.ReadStream(within(t), stream, 0, func(r *Recorded) error {
			if r.Meta.Salt == (Salt{}) || !bytes.Contains(r.RawMeta, []byte(`"salt":"`)) {
				t.Errorf("%s %d has no salt", stream, r.Revision)
			}
			salts[r.Meta.Salt] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(salts) != 6 {
		t.Errorf("%d salts in six events", len(salts))
	}
}

func TestSaltHasOneSpelling(t *testing.T) {
	t.Parallel()
	good := "000102030405060708090a0b0c0d0eff"
	var s Salt
	if err := s.UnmarshalText([]byte(good)); err != nil || s[15] != 0xff {
		t.Fatal(s, err)
	}
	for _, bad := range []string{"", good[1:], good + "0", "000102030405060708090A0b0c0d0eff", "000102030405060708090g0b0c0d0eff"} {
		if err := s.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a salt", bad)
		}
		var m Meta
		if err := newDecoder(testTable(t)).readMeta([]byte(`{"actor":"a","salt":"`+bad+`"}`), &m); err == nil {
			t.Errorf("an envelope with the salt %q is read", bad)
		}
	}
}
