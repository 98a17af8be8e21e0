package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"time"

	"ksiega/internal/eventdb"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// A step runs in a process of its own, so that its memory is its own and no
// other part's garbage is collected in its time. It is told as the words after
// freshWord and answers with an outcome as JSON.
const freshWord = "fresh-step"

// The steps.
const (
	stepRebuild   = "rebuild"   // the read model of hours, of a node's directory
	stepEvery     = "every"     // all read models
	stepEveryWire = "wire"      // all, of what comes through the client
	stepDocuments = "documents" // hours folded from a PostgreSQL that keeps events as jsonb
	stepBytes     = "bytes"     // that keeps them as bytes
	stepPayloads  = "payloads"  // and neither hands over nor decodes their envelopes
	stepStretches = "stretches" // read, decoded and folded as a rebuild does it, on all processors
	stepOpen      = "open"      // a directory opened
)

// stepRequest is what a step is told.
type stepRequest struct {
	Step   string
	Dir    string // of a node, or of PostgreSQL's socket
	Redis  string // socket of a Redis to write rows to; "" = an embedded one
	Events int    // that will be folded
	// Profile is a directory for profiles, or "".
	Profile, Name string
}

// outcome is what came of it: seconds, and MiB as in spent.
type outcome struct {
	Took, Folded, Processor           float64
	Before, Heap, Resident, WithFlush float64
	Result                            result
}

// fresh runs a step in a new process.
func (b *bench) fresh(ctx context.Context, r stepRequest) (outcome, error) {
	self, err := os.Executable()
	if err != nil {
		return outcome{}, err
	}
	r.Profile = b.profiles
	told, err := json.Marshal(r)
	if err != nil {
		return outcome{}, err
	}
	cmd := exec.CommandContext(ctx, self, freshWord, string(told))
	cmd.Stderr = os.Stderr
	// It ends as we do: on an interrupt, cleanly.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	answer, err := cmd.Output()
	if err != nil {
		return outcome{}, errors.Join(ctx.Err(), fmt.Errorf("%s: %w", r.Step, err))
	}
	var done outcome
	return done, json.Unmarshal(answer, &done)
}

// runFresh is the other side of fresh.
func runFresh(ctx context.Context, told string) error {
	var r stepRequest
	if err := json.Unmarshal([]byte(told), &r); err != nil {
		return err
	}
	var done outcome
	var err error
	switch r.Step {
	case stepRebuild:
		done, err = r.rebuild(ctx, hoursModel())
	case stepEvery, stepEveryWire:
		done, err = r.rebuild(ctx, projections.All()...)
	case stepDocuments:
		done, err = r.foldPostgres(ctx, fromDocuments)
	case stepBytes:
		done, err = r.foldPostgres(ctx, fromBytes)
	case stepPayloads:
		done, err = r.foldPostgres(ctx, fromPayloads)
	case stepStretches:
		done, err = r.foldPostgres(ctx, fromBetween)
	case stepOpen:
		done, err = r.open()
	default:
		err = fmt.Errorf("there is no step %q", r.Step)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(done)
}

// resident is what this process holds now, in MiB.
func resident() float64 {
	now := &watch{}
	now.sample()
	return float64(now.rss) / (1 << 20)
}

func (r stepRequest) bench() *bench { return &bench{profiles: r.Profile} }

// rebuild makes read models anew; Resident is until they are folded, WithFlush
// until their rows are written.
func (r stepRequest) rebuild(ctx context.Context, ps ...projections.Projection) (done outcome, err error) {
	s, err := openAt(r.Dir, nil)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, s.shut()) }()
	log := s.bulk
	if r.Step == stepEveryWire {
		log = s.wire
	}
	client, end, err := emptyRedis(ctx, r.Redis)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, end()) }()
	store := foldredis.NewStore[*journal.Recorded](client, "")
	debug.FreeOSMemory()
	done.Before = resident()
	folding, writing := startWatch(), (*watch)(nil)
	start, used := time.Now(), processorTime()
	err = r.bench().profiled(r.Name, func() error {
		return foldredis.Rebuild(ctx, store, projections.Log{Journal: log}, func(_ journal.Position, n int) {
			if n != r.Events || writing != nil {
				return
			}
			done.Folded, done.Processor = time.Since(start).Seconds(), (processorTime() - used).Seconds()
			done.Heap, done.Resident = folding.stop()
			writing = startWatch()
		}, ps...)
	})
	done.Took = time.Since(start).Seconds()
	if err != nil {
		return done, err
	}
	if writing == nil {
		return done, fmt.Errorf("not %d events were folded", r.Events)
	}
	_, after := writing.stop()
	done.WithFlush = max(done.Resident, after)
	head, err := log.Head(ctx)
	if err != nil {
		return done, err
	}
	err = store.Read(ctx, func(views map[string]projections.View) (err error) {
		for name, v := range views {
			if v.Position() != head {
				return fmt.Errorf("%s was rebuilt to %s, the log ends at %s", name, v.Position(), head)
			}
		}
		if hours, ok := views[hoursModel().Name]; ok {
			done.Result, err = hoursOfView(ctx, hours)
		}
		return err
	}, ps...)
	return done, errors.Join(err, r.bench().memory(r.Name, "allocs"))
}

// foldPostgres folds the hours of the events that PostgreSQL hands over.
func (r stepRequest) foldPostgres(ctx context.Context, query string) (done outcome, err error) {
	conn, err := connectPostgres(ctx, r.Dir)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	done.Before = resident()
	watch := startWatch()
	start, used := time.Now(), processorTime()
	var view projections.View
	err = r.bench().profiled(r.Name, func() (err error) {
		if query == fromBetween {
			view, err = foldStretches(ctx, r.Dir)
		} else {
			view, err = foldRows(ctx, conn, query)
		}
		return err
	})
	done.Took, done.Processor = time.Since(start).Seconds(), (processorTime() - used).Seconds()
	done.Heap, done.Resident = watch.stop()
	if err != nil {
		return done, err
	}
	done.Result, err = hoursOfView(ctx, view)
	return done, err
}

// open opens a directory; Resident and Heap are what it holds afterwards, when
// all that is garbage has been given back.
func (r stepRequest) open() (done outcome, err error) {
	debug.FreeOSMemory()
	done.Before = resident()
	start := time.Now()
	node, err := eventdb.Open(eventdb.Options{Dir: r.Dir})
	done.Took = time.Since(start).Seconds()
	if err != nil {
		return done, err
	}
	debug.FreeOSMemory()
	done.Resident = resident()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	done.Heap = float64(m.HeapAlloc) / (1 << 20)
	return done, errors.Join(r.bench().memory(r.Name, "heap"), node.Close())
}
