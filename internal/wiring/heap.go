package wiring

import (
	"os"

	"ksiega/internal/garbage"
)

// gather is how much garbage a process that serves the log lets gather: what a call
// leaves behind is little, but thousands of calls a second would have a heap of a
// few MiB collected tens of times a second. A rebuild takes less in its time.
func gather() garbage.Rule { return garbage.Rule{Percent: 100, Floor: 64 << 20} }

// Gather sets that for the process, until end is called, unless its operator has
// set GOGC.
func Gather() (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	k := &garbage.Keeper{Rule: gather()}
	k.Begin()
	return k.End
}
