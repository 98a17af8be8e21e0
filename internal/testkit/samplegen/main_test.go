package main

import (
	"bytes"
	"io/fs"
	"slices"
	"testing"
	"time"

	"ksiega/samples"
)

func TestCommittedFilesAreWhatIsGenerated(t *testing.T) {
	t.Parallel()
	const again = "run: go run ./internal/testkit/samplegen"
	var dirs []string
	for _, c := range centres() {
		dirs = append(dirs, c.dir)
		want := c.files()
		entries, err := fs.ReadDir(samples.Of(c.dir), ".")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, entry := range entries {
			seen[entry.Name()] = true
			got, err := fs.ReadFile(samples.Of(c.dir), entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want[entry.Name()]) {
				t.Errorf("%s/%s differs from what is generated; %s", c.dir, entry.Name(), again)
			}
		}
		for name := range want {
			if !seen[name] {
				t.Errorf("%s/%s is generated but not committed; %s", c.dir, name, again)
			}
		}
	}
	if !slices.Equal(dirs, samples.Centres()) {
		t.Errorf("the centres %v are generated, and %v carried", dirs, samples.Centres())
	}
}

func TestChecksums(t *testing.T) {
	t.Parallel()
	// The textbook examples of both numbers.
	if got := pesel(date(1944, 5, 14), 13, 5); got != "44051401359" {
		t.Errorf("pesel = %s", got)
	}
	if got := accountNumber("114020040000300201355387"); got != "27114020040000300201355387" {
		t.Errorf("account = %s", got)
	}
}

func TestWorkingDays(t *testing.T) {
	t.Parallel()
	for _, off := range []string{"2018-04-02", "2018-05-31", "2018-11-12", "2019-04-22", "2019-06-20", "2020-06-11", "2018-02-10"} {
		d, err := time.Parse(time.DateOnly, off)
		if err != nil {
			t.Fatal(err)
		}
		if working(d) {
			t.Errorf("%s counts as a working day", off)
		}
	}
	for _, on := range []string{"2018-02-08", "2018-12-24", "2019-11-12", "2018-06-01"} {
		d, err := time.Parse(time.DateOnly, on)
		if err != nil {
			t.Fatal(err)
		}
		if !working(d) {
			t.Errorf("%s counts as a day off", on)
		}
	}
}
