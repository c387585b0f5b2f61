package web

import (
	"context"
	"sync"
	"time"

	"redial/designer"
	"redial/engine/flow"
	"redial/store"
)

// dataRun is an execution as a source of data: what its steps put out.
type dataRun struct {
	id  string
	seq int64
	at  time.Time
	// ran is what it ran; its flow is nil if that is not there any more.
	ran designer.Ran
	// outputs are by the IDs of steps; of a step in rounds it is the first one's.
	outputs map[string]any
}

// Bounds of looking for data in executions.
const (
	dataRuns      = 5       // the newest executions of a flow
	dataEvents    = 3000    // the first events of each
	dataKept      = 40      // executions that are remembered
	dataKeptBytes = 1 << 20 // of the outputs of one of them
)

// dataRunCache remembers the outputs of executions. An execution is the same as
// long as it has the same newest event.
type dataRunCache struct {
	mu   sync.Mutex
	runs map[string]*dataRun // by ID
}

// newest are the newest executions of a flow, tests and calls alike.
func (c *dataRunCache) newest(ctx context.Context, s *Server, slug string) ([]*dataRun, error) {
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
	}
	return runs, nil
}

func (c *dataRunCache) keep(run *dataRun) {
	if !fitsIn(run.outputs, dataKeptBytes) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs == nil || len(c.runs) >= dataKept {
		c.runs = map[string]*dataRun{}
	}
	c.runs[run.id] = run
}

func readDataRun(ctx context.Context, s *Server, x *flow.Execution) (*dataRun, error) {
	run := &dataRun{id: x.ID, seq: x.LastSeq, at: x.StartedAt, outputs: map[string]any{}}
	run.ran.Test = x.Test
	if version, err := s.store.Version(ctx, x.VersionID); err == nil {
		run.ran.Components = version.Components
		run.ran.Flow, _ = s.engine.Flow(ctx, x.VersionID) // one that is gone tells nothing
	}
	events, err := s.store.Events(ctx, x.ID, 0, dataEvents)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		run.ran.Given = events[0].Given
	}
	for i := range events {
		e := &events[i]
		if e.Type != flow.StepFinished || e.Outcome == flow.StepSkipped || (e.Outcome == flow.StepFailed && e.Output == nil) {
			continue
		}
		if _, earlier := run.outputs[e.Step]; !earlier {
			run.outputs[e.Step] = e.Output
		}
	}
	return run, nil
}

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
