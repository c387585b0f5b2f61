package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"redial/designer/canvas"
	"redial/engine/check"
	"redial/engine/flow"
	"redial/store"
)

const (
	// paceSample is how many of the newest calls tell how long steps take.
	paceSample = 50
	// paceEvents bounds how many events of one call are read for it.
	paceEvents = 4000
	// paceLog bounds how much of all of them is read, in bytes.
	paceLog = 64 << 20
	// paceKept is for how long what was found is believed.
	paceKept = 30 * time.Second
	// maxPaces bounds for how many flows it is kept.
	maxPaces = 500
)

// pace is how long the steps of a flow usually take.
type pace struct {
	at time.Time
	// Calls is how many were looked at.
	Calls int
	// Steps are the durations that 95 of 100 runs of a step stay within.
	Steps map[string]time.Duration
	// Queue is what 95 of 100 calls stay within until it is their turn.
	Queue time.Duration
}

// paces remembers what the latest calls of flows told, for a short while.
type paces struct {
	mu    sync.Mutex
	flows map[string]*pace // by slug
	// measuring is held by the one who measures: it takes a while where the
	// executions are large, and the others can use what was found.
	measuring sync.Mutex
}

// of tells how long the steps of a flow took in its newest calls that ended.
func (p *paces) of(ctx context.Context, s *store.Store, slug string, now time.Time) (*pace, error) {
	if known := p.known(slug, now); known != nil {
		return known, nil
	}
	p.measuring.Lock()
	defer p.measuring.Unlock()
	if known := p.known(slug, now); known != nil {
		return known, nil
	}
	found, err := measurePace(ctx, s, slug)
	if err != nil {
		return nil, err
	}
	found.at = now
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flows == nil || len(p.flows) >= maxPaces {
		p.flows = map[string]*pace{}
	}
	p.flows[slug] = found
	return found, nil
}

// known is what was found a short while ago; nil: nothing.
func (p *paces) known(slug string, now time.Time) *pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.flows[slug]; known != nil && now.Sub(known.at) < paceKept {
		return known
	}
	return nil
}

func measurePace(ctx context.Context, s *store.Store, slug string) (*pace, error) {
	calls, _, err := s.Executions(ctx, store.ExecutionQuery{Flow: slug, Origin: store.FromCallers, Limit: paceSample})
	if err != nil {
		return nil, err
	}
	found := &pace{Steps: map[string]time.Duration{}}
	took := map[string][]time.Duration{}
	var waits []time.Duration
	left := int64(paceLog)
	for i := range calls {
		if calls[i].EndedAt.IsZero() {
			continue
		}
		events, err := s.Endings(ctx, calls[i].ID, paceEvents, &left, func(*flow.Event, int) bool { return false })
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			continue // it is too large
		}
		found.Calls++
		_, waited := turnOf(events)
		waits = append(waits, waited)
		for j := range events {
			e := &events[j]
			if e.Type == flow.StepFinished && e.Outcome != flow.StepSkipped && len(e.Iteration) == 0 {
				took[e.Step] = append(took[e.Step], e.Duration)
			}
		}
	}
	for id, durations := range took {
		found.Steps[id] = percentile95(durations)
	}
	if len(waits) > 0 {
		found.Queue = percentile95(waits)
	}
	return found, nil
}

// percentile95 is the least of the durations that 95 in 100 of them do not
// exceed.
func percentile95(durations []time.Duration) time.Duration {
	slices.Sort(durations)
	return durations[(len(durations)*95+99)/100-1]
}

// answerPace is how long the steps up to one answer usually take.
type answerPace struct {
	check.Pace
	Title string
	// Status is what it answers with: "200", "…" where an expression decides.
	Status string
	// Late says that it is more than the deadline.
	Late bool
	// Slowest is the step that takes most of it, and how long that is.
	Slowest string
	Takes   time.Duration
}

// flowPace is what the page says of how long callers wait.
type flowPace struct {
	Calls int
	// Queue is how long callers usually wait until it is their turn. The deadline
	// counts from the call, so it is a part of what they wait.
	Queue    time.Duration
	Deadline time.Duration
	Answers  []answerPace
}

// Late reports whether some answer usually comes after the deadline.
func (p *flowPace) Late() bool { return len(p.Answers) > 0 && p.Answers[0].Late }

// loadPace adds up along the paths of the draft how long its steps usually take.
func (s *Server) loadPace(ctx context.Context, state *flowState) (*flowPace, error) {
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	f := state.Checked.Flow
	measured, err := s.paces.of(ctx, s.store, f.Slug, time.Now())
	if err != nil {
		return nil, err
	}
	p := &flowPace{Calls: measured.Calls, Queue: measured.Queue, Deadline: time.Duration(state.Settings.Deadline)}
	if measured.Calls == 0 {
		return p, nil
	}
	titles, statuses := map[string]string{}, map[string]string{}
	f.All(func(step *flow.Step) bool {
		titles[step.ID], statuses[step.ID] = workshop.Library.Title(step), canvas.AnswerStatus(step.Uses, step.With)
		return true
	})
	plan, _ := check.Flow(f, workshop.Library)
	for _, found := range plan.Paces(measured.Steps) {
		a := answerPace{Pace: found, Title: titles[found.Answer], Status: statuses[found.Answer], Late: p.Queue+found.Total > p.Deadline}
		for _, id := range found.Steps {
			if measured.Steps[id] > a.Takes {
				a.Slowest, a.Takes = titles[id], measured.Steps[id]
			}
		}
		p.Answers = append(p.Answers, a)
	}
	return p, nil
}
