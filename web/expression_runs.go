package web

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"redial/designer"
	"redial/engine/flow"
	"redial/store"
	"redial/web/reply"
)

// dataRun is an execution as a source of data: its call, and what its steps put
// out.
type dataRun struct {
	id  string
	seq int64
	at  time.Time
	// ran is what it ran; its flow is nil if that is not there any more.
	ran designer.Ran
	// call is nil if it is too large.
	call *flow.Request
	// outputs are by the IDs of steps; of a step in rounds it is the first one's.
	outputs map[string]any
	// large are steps whose outputs were left out.
	large map[string]bool
	// asked are the steps whose outputs were read.
	asked map[string]bool
	// bytes is how large all of these are, as JSON.
	bytes int
}

// tells reports whether it is known what a step put out in a run, or that it is
// too large.
func (r *dataRun) tells(id string) bool {
	_, found := r.outputs[id]
	return found || r.large[id]
}

// Bounds of looking for data in executions. A value takes many times its bytes
// in memory.
const (
	dataRuns      = 5        // the newest executions of a flow
	dataEvents    = 3000     // the first events of each
	dataLog       = 32 << 20 // bytes of these, in the store
	dataBytes     = 4 << 20  // of the call, and of all outputs, of one of them
	dataKept      = 40       // executions that are remembered
	dataKeptBytes = 16 << 20 // of all of them
	// dataAtOnce is how many requests can have data in their hands, and
	// dataPatience is how long another one waits for that.
	dataAtOnce   = 4
	dataPatience = 20 * time.Second
)

// dataRunCache remembers the outputs of executions. An execution is the same as
// long as it has the same newest event.
type dataRunCache struct {
	mu    sync.Mutex
	runs  map[string]*dataRun // by ID
	bytes int                 // of the runs
	hands chan struct{}       // one for each request that has data
	begin sync.Once           // makes hands
}

// take waits until the request may have data in its hands. leave says that it
// has them no more; it may be called again. errCrowded: that took too long.
func (c *dataRunCache) take(ctx context.Context) (leave func(), err error) {
	c.begin.Do(func() { c.hands = make(chan struct{}, dataAtOnce) })
	patience := time.NewTimer(dataPatience)
	defer patience.Stop()
	select {
	case c.hands <- struct{}{}:
		return sync.OnceFunc(func() { <-c.hands }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-patience.C:
		return nil, reply.ErrCrowded
	}
}

// newest are the newest executions of a flow, tests and calls alike. They go
// back no further than to where something is known of all steps.
func (c *dataRunCache) newest(ctx context.Context, s *Server, slug string, steps []string) ([]*dataRun, error) {
	executions, _, err := s.store.Executions(ctx, store.ExecutionQuery{Flow: slug, Limit: dataRuns})
	if err != nil {
		return nil, err
	}
	runs := make([]*dataRun, 0, len(executions))
	for i := range executions {
		x := &executions[i]
		c.mu.Lock()
		run := c.runs[x.ID]
		c.mu.Unlock()
		if run == nil || run.seq != x.LastSeq {
			if run, err = readDataRun(ctx, s, x); err != nil {
				return nil, err
			}
			c.keep(run)
		}
		runs = append(runs, run)
		if steps = slices.DeleteFunc(steps, run.tells); len(steps) == 0 {
			break
		}
	}
	return runs, nil
}

func (c *dataRunCache) keep(run *dataRun) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before := c.runs[run.id]; before != nil {
		c.bytes -= before.bytes
		delete(c.runs, run.id)
	}
	if c.runs == nil || len(c.runs) >= dataKept || c.bytes+run.bytes > dataKeptBytes {
		c.runs, c.bytes = map[string]*dataRun{}, 0
	}
	c.runs[run.id] = run
	c.bytes += run.bytes
}

func readDataRun(ctx context.Context, s *Server, x *flow.Execution) (*dataRun, error) {
	run := &dataRun{
		id: x.ID, seq: x.LastSeq, at: x.StartedAt,
		outputs: map[string]any{}, large: map[string]bool{}, asked: map[string]bool{},
	}
	run.ran.Test = x.Test
	if version, err := s.store.Version(ctx, x.VersionID); err == nil {
		run.ran.Components = version.Components
		run.ran.Flow, _ = s.engine.Flow(ctx, x.VersionID) // one that is gone tells nothing
	}
	call, size, err := s.store.RequestWithin(ctx, x.ID, dataBytes)
	if err != nil && !errors.Is(err, store.ErrRequestTooLarge) {
		return nil, err
	}
	run.call, run.bytes = call, size
	log := int64(dataLog)
	events, err := s.store.Endings(ctx, x.ID, dataEvents, &log, run.wants)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		run.ran.Given = events[0].Given
	}
	for i := range events {
		e := &events[i]
		if !putOut(e) || run.large[e.Step] || (e.Outcome == flow.StepFailed && e.Output == nil) {
			continue
		}
		if _, earlier := run.outputs[e.Step]; !earlier {
			run.outputs[e.Step] = e.Output
		}
	}
	if int64(len(events)) < min(x.LastSeq, dataEvents) && run.ran.Flow != nil {
		for def := range run.ran.Flow.All { // the rest was too large to be read
			run.large[def.ID] = !run.tells(def.ID)
		}
	}
	return run, nil
}

// wants reports whether the output of an event is to be read: the first one of
// each step, as long as all are not too large together.
func (r *dataRun) wants(e *flow.Event, bytes int) bool {
	if !putOut(e) || r.asked[e.Step] || r.large[e.Step] {
		return false
	}
	if r.bytes+bytes > dataBytes {
		r.large[e.Step] = true
		return false
	}
	r.asked[e.Step] = true
	r.bytes += bytes
	return true
}

// putOut reports whether a step has an output at the end that an event tells of.
func putOut(e *flow.Event) bool { return e.Type == flow.StepFinished && e.Outcome != flow.StepSkipped }

// fitsIn says whether a value is at most so large, in bytes as JSON writes it,
// nearly. It looks at no more than that.
func fitsIn(value any, limit int) bool {
	left := limit
	var measure func(value any) bool
	measure = func(value any) bool {
		left -= 4
		switch v := value.(type) {
		case string:
			left -= len(v)
		case []any:
			for _, item := range v {
				if left < 0 || !measure(item) {
					return false
				}
			}
		case map[string]any:
			for name, field := range v {
				if left -= len(name) + 3; left < 0 || !measure(field) {
					return false
				}
			}
		default:
			left -= 4
		}
		return left >= 0
	}
	return measure(value)
}
