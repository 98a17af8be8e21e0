package commands_test

import (
	"testing"

	"ksiega/internal/ledgertest"
)

func TestTheSampleIsAcceptedWholeAndOnce(t *testing.T) {
	l := ledgertest.Open(t)
	for name, s := range l.ImportSample(t) {
		if s.Refused != 0 || s.Accepted != s.Rows || s.Rows == 0 || s.Skipped {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for name, s := range l.ImportSample(t) {
		if !s.Skipped || s.Known != s.Rows {
			t.Errorf("again %s: %+v", name, s)
		}
	}
}
