package designer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"redial/engine/check"
	"redial/engine/flow"
	"redial/engine/step"
)

// Aim is which part of a draft a test is to run.
type Aim string

// The aims of tests.
const (
	// AimAll runs the whole flow.
	AimAll Aim = ""
	// AimStep runs one step alone, on outputs that are there already. Of a step
	// inside an each step it runs the first round.
	AimStep Aim = "step"
	// AimTo runs a step and what has to run before it.
	AimTo Aim = "to"
	// AimFrom runs a step and all that comes after it, on outputs that are there
	// already.
	AimFrom Aim = "from"
)

// Known is what a test can take as given instead of running steps.
type Known struct {
	// Pins are the outputs that are pinned to steps.
	Pins map[string]any
	// Ended is how steps ended in earlier executions; those inside each steps,
	// in the first round. Skipped are those that were passed over there.
	Ended   map[string]flow.Given
	Skipped map[string]bool
}

// Trial is a test of a draft: what it runs, and what it takes as given.
type Trial struct {
	Part  *flow.Part // nil: all of the flow
	Given map[string]flow.Given
	// Runs are the steps that may be run, in the order of the file.
	Runs []*flow.Step
	// Notice is what a person ought to know of it; mostly empty.
	Notice string
}

// NotRunnable says why a part of a flow cannot be tested, in a sentence for the
// person who asked.
type NotRunnable struct {
	Step    string
	Message string
}

func (e *NotRunnable) Error() string { return e.Message }

// FreezeTrial keeps the draft of a flow for a test, with the settings it has. If
// one of the problems is an error, all of them are returned instead; where only a
// part is run, those of what is left out or given do not matter. The error may be
// a *NotRunnable.
func (w Workshop) FreezeTrial(
	ctx context.Context, drafts Drafts, slug string, aim Aim, stepID string, known Known,
) (*flow.Version, flow.Settings, *Trial, []flow.Problem, error) {
	var none flow.Settings
	source, _, err := drafts.Source(ctx, slug)
	if err != nil {
		return nil, none, nil, nil, err
	}
	draft, err := w.Check(source)
	if err != nil {
		return nil, none, nil, nil, fmt.Errorf("reading the draft of flow %s: %w", slug, err)
	}
	trial, err := w.Trial(draft.Flow, aim, stepID, known)
	if err != nil {
		return nil, none, nil, nil, err
	}
	if problems := trial.problems(draft); problems != nil {
		return nil, none, nil, problems, nil
	}
	content, err := frozen(draft.Flow)
	if err != nil {
		return nil, none, nil, nil, err
	}
	version, err := drafts.Freeze(ctx, slug, content, manifests(draft.Flow, w.Library))
	return version, draft.Flow.Settings, trial, nil, err
}

// problems are those that keep the test from running; nil if there is none.
func (t *Trial) problems(draft *Draft) []flow.Problem {
	if t.Part == nil {
		return draft.problems()
	}
	var errors []flow.Problem
	for _, p := range draft.Problems {
		runs := slices.ContainsFunc(t.Runs, func(s *flow.Step) bool { return s.ID == p.Step })
		if runs && p.Severity == flow.SeverityError {
			errors = append(errors, p)
		}
	}
	return errors
}

// Trial plans a test of a flow. The error may be a *NotRunnable.
func (w Workshop) Trial(f *flow.Flow, aim Aim, stepID string, known Known) (*Trial, error) {
	p := newPlanner(f, w.Library, known)
	if aim == AimAll {
		return p.all(), nil
	}
	if p.steps[stepID] == nil {
		return nil, &NotRunnable{stepID, fmt.Sprintf("The draft has no step %q.", stepID)}
	}
	var err error
	switch aim {
	case AimStep:
		err = p.one(stepID)
	case AimTo:
		err = p.upTo(stepID)
	case AimFrom:
		err = p.from(stepID)
	case AimAll:
	default:
		err = &NotRunnable{stepID, fmt.Sprintf("%q is no part of a flow; it is one of step, to, from.", aim)}
	}
	if err != nil {
		return nil, err
	}
	return p.trial(), nil
}

// planner finds out which steps a test runs.
type planner struct {
	links
	library *step.Library
	known   Known

	taken   map[string]bool // steps that take part
	given   map[string]flow.Given
	begin   []string // with steps that are given to those
	rounds  int
	missing []string
	notice  string
}

func newPlanner(f *flow.Flow, library *step.Library, known Known) *planner {
	plan, _ := check.Flow(f, library)
	return &planner{
		links: newLinks(f, plan), library: library, known: known,
		taken: map[string]bool{}, given: map[string]flow.Given{},
	}
}

// title is what people call a step.
func (p *planner) title(id string) string { return p.library.Title(p.steps[id]) }

// all is a test of the whole flow with what is pinned.
func (p *planner) all() *Trial {
	t := &Trial{Given: map[string]flow.Given{}}
	for _, id := range p.order {
		if p.pin(id) {
			t.Given[id] = p.given[id]
		} else if !p.steps[id].Disabled {
			t.Runs = append(t.Runs, p.steps[id])
		}
	}
	return t
}

// one plans a test of one step alone. It is run though it may be pinned.
func (p *planner) one(id string) error {
	reads := p.reads(id)
	p.take(id)
	p.begin = append(p.begin, id)
	for each := p.owner[id]; each != ""; each = p.owner[each] {
		p.rounds = 1
		p.taken[each] = true
		p.begin = append(p.begin, each)
		reads = append(reads, p.ownReads(each)...)
		p.notice = fmt.Sprintf("%s is inside %s: the first round of it was run.", p.title(id), p.title(p.owner[id]))
	}
	return p.needs(id, reads)
}

// needs takes the outputs that a step reads as given.
func (p *planner) needs(id string, reads []string) error {
	for _, read := range reads {
		switch {
		case p.taken[read]:
		case p.steps[read].Disabled:
			p.taken[read] = true // and is passed, with null
		case p.pin(read), p.reuse(read), !p.known.Skipped[read] && p.example(read):
			p.begin = append(p.begin, read)
		case p.known.Skipped[read]:
		default:
			if !slices.Contains(p.missing, read) {
				p.missing = append(p.missing, read)
			}
		}
	}
	if len(p.missing) == 0 {
		return nil
	}
	titles := make([]string, len(p.missing))
	for i, read := range p.missing {
		titles[i] = p.title(read)
	}
	what, them := "what it puts out", "it"
	if len(titles) > 1 {
		what, them = "what they put out", "them"
	}
	return &NotRunnable{p.missing[0], fmt.Sprintf("Run %s first, or pin an output to %s: %s reads %s.",
		strings.Join(titles, " and "), them, p.title(id), what)}
}

// upTo plans a test of a step and what has to run before it.
func (p *planner) upTo(id string) error {
	outer := p.outermost(id)
	if p.pin(outer) {
		return &NotRunnable{outer, fmt.Sprintf("%s is pinned, so it would not run. Unpin it, or run this step alone.", p.title(outer))}
	}
	p.back(outer)
	return nil
}

// back takes a step and all that it needs, except what is given.
func (p *planner) back(ids ...string) {
	for ; len(ids) > 0; ids = ids[1:] {
		id := ids[0]
		if p.taken[id] {
			continue
		}
		if p.pin(id) || len(p.begin) > 0 && p.reuse(id) {
			continue
		}
		p.take(id)
		ids = append(append(ids, p.before[id]...), p.reads(id)...)
	}
}

// from plans a test of a step and all that comes after it.
func (p *planner) from(id string) error {
	outer := p.outermost(id)
	p.begin = append(p.begin, outer)
	behind := p.behind(outer)
	if !p.pin(outer) {
		p.take(outer)
		if err := p.needs(outer, p.reads(outer)); err != nil {
			return err
		}
	}
	for _, next := range behind {
		if !p.pin(next) {
			p.take(next)
		}
	}
	for _, next := range behind {
		if _, pinned := p.given[next]; !pinned {
			p.back(append(slices.Clone(p.before[next]), p.reads(next)...)...)
		}
	}
	return nil
}

// outermost is the step itself, or the each step around it that stands in the
// flow's own graph: of those inside it, all rounds are run.
func (p *planner) outermost(id string) string {
	outer := id
	for p.owner[outer] != "" {
		outer = p.owner[outer]
	}
	if outer != id {
		p.notice = fmt.Sprintf("%s is inside %s, so all of %s was run.", p.title(id), p.title(outer), p.title(outer))
	}
	return outer
}

// take lets a step take part, with all that is inside of it.
func (p *planner) take(id string) {
	p.taken[id] = true
	if p.steps[id].Do == nil {
		return
	}
	for inner := range p.steps[id].Do.All {
		if !p.pin(inner.ID) {
			p.taken[inner.ID] = true
		}
	}
}

// pin gives a step its pinned output, if it has one.
func (p *planner) pin(id string) bool {
	output, pinned := p.known.Pins[id]
	if !pinned || p.steps[id].Disabled || Pinnable(p.steps[id]) != nil {
		return false
	}
	p.give(id, flow.Given{Output: output, Pinned: true})
	return true
}

// reuse gives a step what it put out before, if the flow went on after it.
func (p *planner) reuse(id string) bool {
	given, found := p.known.Ended[id]
	s := p.steps[id]
	if !found || s.Disabled {
		return false
	}
	if given.Failure != nil && s.OnError != flow.OnErrorContinue && s.OnError != flow.OnErrorRoute {
		return false
	}
	p.give(id, given)
	return true
}

// example gives a step what its action puts out in an example.
func (p *planner) example(id string) bool {
	compiled := p.plan.Steps[id]
	if compiled == nil {
		return false
	}
	exemplar, ok := compiled.Runner.(step.Exemplar)
	if !ok {
		return false
	}
	output, ok := exemplar.Example()
	if ok {
		p.give(id, flow.Given{Output: output, Simulated: true})
	}
	return ok
}

func (p *planner) give(id string, given flow.Given) { p.taken[id], p.given[id] = true, given }

func (p *planner) trial() *Trial {
	t := &Trial{Part: &flow.Part{Begin: p.begin, Rounds: p.rounds}, Given: p.given, Notice: p.notice}
	for _, id := range p.order {
		if !p.taken[id] {
			continue
		}
		t.Part.Steps = append(t.Part.Steps, id)
		if _, given := p.given[id]; !given && !p.steps[id].Disabled {
			t.Runs = append(t.Runs, p.steps[id])
		}
	}
	return t
}

// Pinnable says why no output can be pinned to a step; nil if one can.
func Pinnable(s *flow.Step) error {
	switch s.Uses {
	case "branch":
		return &NotRunnable{s.ID, "A branch puts out nothing: it decides anew in every test. Pin what it reads."}
	case "respond":
		return &NotRunnable{s.ID, "A respond step makes the answer anew in every test. Pin what it reads."}
	default:
		return nil
	}
}
