package designer

import (
	"slices"

	"redial/engine/check"
	"redial/engine/flow"
)

// links is how the steps of a flow hang together, those inside each steps among
// them. Edges to and from steps that are not there are passed over.
type links struct {
	plan   *check.Plan
	order  []string // in the order of the file, outer before inner
	steps  map[string]*flow.Step
	owner  map[string]string // the each step around a step; "" for none
	before map[string][]string
	after  map[string][]string
	into   map[string][]flow.Edge // those from the trigger too
}

func newLinks(f *flow.Flow, plan *check.Plan) links {
	l := links{
		plan: plan, steps: map[string]*flow.Step{}, owner: map[string]string{},
		before: map[string][]string{}, after: map[string][]string{}, into: map[string][]flow.Edge{},
	}
	l.add(&f.Body, "")
	return l
}

func (l *links) add(body *flow.Body, owner string) {
	for i := range body.Steps {
		s := &body.Steps[i]
		if l.steps[s.ID] != nil {
			continue // of which the problems speak
		}
		l.order = append(l.order, s.ID)
		l.steps[s.ID], l.owner[s.ID] = s, owner
		if s.Do != nil {
			l.add(s.Do, s.ID)
		}
	}
	for _, e := range body.Edges {
		_, known := body.Step(e.From)
		if _, ends := body.Step(e.To); !ends || !known && e.From != flow.TriggerID {
			continue
		}
		l.into[e.To] = append(l.into[e.To], e)
		if known {
			l.before[e.To] = append(l.before[e.To], e.From)
			l.after[e.From] = append(l.after[e.From], e.To)
		}
	}
}

// behind are the steps that can be reached from a step.
func (l *links) behind(id string) []string { return reached(id, l.after) }

func reached(id string, along map[string][]string) []string {
	var found []string
	seen := map[string]bool{id: true}
	for front := []string{id}; len(front) > 0; front = front[1:] {
		for _, next := range along[front[0]] {
			if !seen[next] {
				seen[next] = true
				found = append(found, next)
				front = append(front, next)
			}
		}
	}
	return found
}

// ownReads are the steps that the expressions of a step read, without those of
// the steps inside of it. One that reads a step whose name is only known when it
// runs may read all that come before it.
func (l *links) ownReads(id string) []string {
	compiled := l.plan.Steps[id]
	if compiled == nil {
		return nil
	}
	var found []string
	for _, ref := range compiled.Reads {
		switch read := ref.Step(); {
		case l.steps[read] != nil:
			found = append(found, read)
		case len(ref.Path) == 1 && ref.Path[0] == "steps":
			found = append(found, reached(id, l.before)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// reads are the steps outside of a step that it, or what is inside of it, reads.
func (l *links) reads(id string) []string {
	found := l.ownReads(id)
	if do := l.steps[id].Do; do != nil {
		inside := map[string]bool{}
		for s := range do.All {
			inside[s.ID] = true
		}
		for inner := range inside {
			found = append(found, l.ownReads(inner)...)
		}
		found = slices.DeleteFunc(found, func(read string) bool { return inside[read] })
	}
	slices.Sort(found)
	return slices.Compact(found)
}
