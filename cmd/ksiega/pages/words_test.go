package pages

import (
	"slices"
	"testing"
)

func TestShortItemsShareALine(t *testing.T) {
	t.Parallel()
	items := []string{"1", "22"}
	if text, lines := lined(items); text != "1, 22" || lines != nil {
		t.Errorf("%q %v", text, lines)
	}
	if text, lines := lined([]string{"1", "PUP/PSU/1/2018"}); text != "" || !slices.Equal(lines, []string{"1", "PUP/PSU/1/2018"}) {
		t.Errorf("%q %v", text, lines)
	}
}
