package core_test

import (
	"fmt"
	"hash/fnv"
	"slices"

	"redial/engine/core"
	"redial/engine/flow"
)

// The reference is a second, naive reading of the contract's rules: it asks
// for each step what must have come before it, and knows no schedule. Where a
// failure leaves open how far the steps beside it got, it says what a step
// comes to if it is settled at all.

// verdict is what the rules say about one step in one scope.
type verdict struct {
	// never: a step that ends its scope stands before it on every way.
	never   bool
	outcome flow.Outcome
	passed  bool
	port    string
	arrives bool // the edges out of its port
	ends    bool // it fails its scope
	output  any
	// open: the output depends on the schedule.
	open bool
	// failure holds the keys of the steps that may be the reason.
	failure []string
	rounds  []*reading
}

// reading is the reference's view of one scope.
type reading struct {
	world     *world
	plan      *plan
	iteration []int
	outer     *reading
	decided   map[string]string // by key of the step, what a person decided
	known     map[string]*verdict
}

func newReading(w *world, p *plan, iteration []int, outer *reading, decided map[string]string) *reading {
	return &reading{w, p, iteration, outer, decided, map[string]*verdict{}}
}

// key names a step of a scope.
func key(id string, iteration []int) string { return fmt.Sprint(id, iteration) }

// verdict is what the rules say about a step.
func (r *reading) verdict(s *step) *verdict {
	if known, ok := r.known[s.node.ID]; ok {
		return known
	}
	v := r.judge(s)
	r.known[s.node.ID] = v
	return v
}

func (r *reading) judge(s *step) *verdict {
	edges := r.plan.into(s.node.ID)
	arrived := len(edges) == 0
	for _, e := range edges {
		from := r.verdict(r.plan.step(e.From))
		if from.never || from.ends {
			return &verdict{never: true}
		}
		arrived = arrived || from.arrives && from.port == e.Port
	}
	switch {
	case !arrived || s.node.Pass == core.PassSkipped:
		return &verdict{outcome: flow.StepSkipped}
	case s.node.Pass == core.PassNull:
		return &verdict{outcome: flow.StepSkipped, passed: true, arrives: true}
	}
	return r.run(s)
}

func (r *reading) run(s *step) *verdict {
	here := key(s.node.ID, r.iteration)
	switch r.decided[here] {
	case "skip":
		return &verdict{outcome: flow.StepSkipped}
	case "pass":
		return &verdict{outcome: flow.StepSkipped, passed: true, arrives: true}
	case "fail":
		return r.fail(s, []string{here})
	}
	result := r.world.result(s, r.iteration)
	if r.decided[here] == healed {
		result = result.well()
	}
	if result.failed {
		return r.fail(s, []string{here})
	}
	v := &verdict{outcome: flow.StepSucceeded, arrives: true, port: result.port}
	switch s.kind {
	case each:
		return r.each(s, result.items)
	case respond:
		v.open = true
	default:
		read, open := r.read(s.reads)
		v.output, v.open = output(s, r.iteration, read), open
	}
	return v
}

// output is what a step puts out that has read a value.
func output(s *step, iteration []int, read any) any {
	hash := fnv.New32a()
	_, _ = fmt.Fprint(hash, read)
	return fmt.Sprintf("%s:%08x", key(s.node.ID, iteration), hash.Sum32())
}

// healed is what stands among the decisions for a step that would fail, but does
// so no more since the execution was reopened.
const healed = "healed"

// failure is the reason a step gives when it fails by itself.
func failure(id string, iteration []int) *flow.Failure {
	return &flow.Failure{
		Code: flow.FailedService, Message: key(id, iteration), Status: 503, Step: id, Iteration: iteration, Retryable: true,
	}
}

func (r *reading) fail(s *step, reasons []string) *verdict {
	v := &verdict{outcome: flow.StepFailed, failure: reasons, open: len(reasons) != 1}
	switch s.node.OnError {
	case flow.OnErrorContinue:
		v.arrives, v.port = true, flow.DefaultPort
	case flow.OnErrorRoute:
		v.arrives, v.port = true, flow.ErrorPort
	default:
		v.ends = true
	}
	if !v.open {
		v.output = map[string]any{"error": errorObject(reasons[0])}
	}
	return v
}

func errorObject(reason string) map[string]any {
	return map[string]any{"code": string(flow.FailedService), "message": reason, "status": int64(503)}
}

func (r *reading) each(s *step, items int) *verdict {
	v := &verdict{outcome: flow.StepSucceeded, arrives: true}
	results := make([]any, items)
	var failed []string
	for i := range items {
		round := newReading(r.world, s.inner, append(slices.Clone(r.iteration), i), r, r.decided)
		v.rounds = append(v.rounds, round)
		reasons := round.failures()
		var open bool
		switch {
		case len(reasons) == 0:
			results[i], open = round.result()
		case len(reasons) == 1:
			results[i] = map[string]any{"error": errorObject(reasons[0])}
		default:
			open = true
		}
		v.open = v.open || open
		failed = append(failed, reasons...)
	}
	if len(failed) > 0 && !s.node.ContinueRounds {
		failing := r.fail(s, failed)
		failing.rounds = v.rounds
		return failing
	}
	v.output = results
	return v
}

// failures are the reasons for which the scope may fail; none: it does not.
func (r *reading) failures() []string {
	var reasons []string
	for _, s := range r.plan.steps {
		if v := r.verdict(s); v.ends {
			reasons = append(reasons, v.failure...)
		}
	}
	return reasons
}

// result is what a round comes to.
func (r *reading) result() (value any, open bool) {
	outputs := map[string]any{}
	for _, s := range r.plan.steps {
		if v := r.verdict(s); r.plan.terminal(s.node.ID) && v.outcome != flow.StepSkipped {
			outputs[s.node.ID] = v.output
			open = open || v.open
		}
	}
	if len(outputs) == 1 {
		for _, only := range outputs {
			return only, open
		}
	}
	return outputs, open
}

// read is the output of a step as seen from within the scope.
func (r *reading) read(id string) (value any, open bool) {
	for scope := r; scope != nil; scope = scope.outer {
		if s := scope.plan.step(id); s != nil {
			v := scope.verdict(s)
			return v.output, v.open
		}
	}
	return nil, false
}

// at finds the reading of a step's scope.
func (r *reading) at(id string, iteration []int) (*reading, *step) {
	if s := r.plan.step(id); s != nil && len(iteration) == len(r.iteration) {
		return r, s
	}
	for _, s := range r.plan.steps {
		if s.inner == nil || len(iteration) <= len(r.iteration) {
			continue
		}
		rounds := r.verdict(s).rounds
		if i := iteration[len(r.iteration)]; i < len(rounds) {
			if scope, found := rounds[i].at(id, iteration); scope != nil {
				return scope, found
			}
		}
	}
	return nil, nil
}
