package core_test

import (
	"flag"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"redial/engine/flow"
)

var (
	seedFlag = flag.Int64("seed", -1, "simulate this one seed")
	sizeFlag = flag.Int("size", 0, "simulate graphs of about this many steps; 0: what belongs to the seed")
	seeds    = flag.Int64("seeds", defaultSeeds, "simulate the seeds below this number")
)

// largest is how many steps the largest simulated graphs have, inner steps
// included.
const largest = 40

// sizeOf lets graphs grow with the seed, so that the first failing seed has a
// small one.
func sizeOf(seed int64) int {
	if *sizeFlag > 0 {
		return *sizeFlag
	}
	return int(min(1+seed/60, largest))
}

// TestSimulator drives the core through random graphs, schedules, crashes,
// cancels and decisions, and compares every execution with the reference.
func TestSimulator(t *testing.T) {
	t.Parallel()
	if *seedFlag >= 0 {
		report(t, *seedFlag)
		return
	}
	var next, failed atomic.Int64
	failed.Store(*seeds)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for seed := next.Add(1) - 1; seed < failed.Load(); seed = next.Add(1) - 1 {
				if _, err := simulate(t, seed, sizeOf(seed)); err != nil {
					lower(&failed, seed)
				}
			}
		})
	}
	workers.Wait()
	if seed := failed.Load(); seed < *seeds {
		report(t, seed)
	}
}

func lower(to *atomic.Int64, value int64) {
	for old := to.Load(); value < old && !to.CompareAndSwap(old, value); old = to.Load() {
	}
}

// report runs a seed and tells how it fails, in the smallest graph of the seed
// that does.
func report(t *testing.T, seed int64) {
	t.Helper()
	for size := 1; size <= sizeOf(seed); size++ {
		if *sizeFlag > 0 && size != *sizeFlag {
			continue
		}
		h, err := simulate(t, seed, size)
		if err == nil {
			continue
		}
		t.Errorf("%v\n%srepeat it with: go test ./engine/core -run 'TestSimulator$' -seed %d -size %d", err, h.story(), seed, size)
		return
	}
}

// simulate runs one seed to its end. The host is there for telling its story.
func simulate(tb testing.TB, seed int64, size int) (h *host, err error) {
	tb.Helper()
	h = newHost(tb, newWorld(uint64(seed), size), uint64(seed))
	defer func() {
		switch broken := recover().(type) {
		case nil:
		case violation:
			err = fmt.Errorf("%s", string(broken))
		default:
			err = fmt.Errorf("panic: %v\n%s", broken, debug.Stack())
		}
	}()
	h.run()
	h.audit()
	return h, nil
}

// story is the plan and what happened, for people.
func (h *host) story() string {
	var out strings.Builder
	h.world.plan.write(&out, "  ")
	for _, e := range h.events {
		fmt.Fprintf(&out, "  %d %s %s %s", e.Seq, e.Type, key(e.Step, e.Iteration), e.Outcome)
		switch e.Type {
		case flow.StepFinished:
			fmt.Fprintf(&out, " port=%q passed=%v cancel=%v output=%v", e.Port, e.Passed, e.Cancel, e.Output)
		case flow.StepStarted:
			fmt.Fprintf(&out, " items=%d", e.Items)
		case flow.ExecutionFinished:
			fmt.Fprintf(&out, " %s", e.Status)
		case flow.ExecutionStarted, flow.StepRetrying, flow.ResponseStored:
		}
		out.WriteString("\n")
	}
	for _, ref := range h.state.Attention() {
		fmt.Fprintln(&out, "  attention", key(ref.ID(), ref.Scope.Iteration))
	}
	return out.String()
}

func (p *plan) write(out *strings.Builder, indent string) {
	for _, s := range p.steps {
		fmt.Fprintf(out, "%s%s %s %s on_error=%s pass=%d concurrency=%d continue=%v\n",
			indent, s.node.ID, s.kind, s.effect, s.node.OnError, s.node.Pass, s.node.Concurrency, s.node.ContinueRounds)
		if s.inner != nil {
			s.inner.write(out, indent+"  ")
		}
	}
	for _, e := range p.edges {
		fmt.Fprintf(out, "%s%s\n", indent, e)
	}
}
