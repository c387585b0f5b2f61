package designer

import (
	"reflect"
	"slices"
	"strings"

	"redial/engine/check"
	"redial/engine/flow"
)

// Ran is what an execution ran.
type Ran struct {
	Flow       *flow.Flow
	Components []flow.Manifest
	// Test says that it was a test, which takes pinned outputs; Given are those
	// that it took, among others.
	Test  bool
	Given map[string]flow.Given
	// Outputs are what steps put out that are pinned now, as far as that is known.
	Outputs map[string]any
	// Pinned are the steps that something was pinned to after it had begun.
	Pinned map[string]bool
}

// Stale are the steps of a draft whose outputs in an execution are of before a
// change: what the step does, or anything that leads to it, differs between the
// draft and what was run, or other outputs are pinned now. They come in the
// order of the file.
func (w Workshop) Stale(draft *flow.Flow, ran Ran, pins map[string]any) []string {
	plan, _ := check.Flow(draft, w.Library)
	c := &comparison{
		links: newLinks(draft, plan), then: newLinks(ran.Flow, plan), ran: ran, pins: pins,
		configNow: flow.Plain(draft.Config), configThen: flow.Plain(ran.Flow.Config),
		components: map[string]bool{}, known: map[string]bool{}, around: map[string]bool{},
	}
	for _, now := range manifests(draft, w.Library) {
		c.components[now.Name] = !slices.ContainsFunc(ran.Components, func(m flow.Manifest) bool { return m.Hash == now.Hash })
	}
	var stale []string
	for _, id := range c.order {
		if c.then.steps[id] != nil && c.stale(id) {
			stale = append(stale, id)
		}
	}
	return stale
}

// comparison finds out what has changed since an execution.
type comparison struct {
	links
	then                  links
	ran                   Ran
	pins                  map[string]any
	configNow, configThen any
	components            map[string]bool // those that differ
	known, around         map[string]bool // what stale and reached came to
}

// stale reports whether the output of a step is of before a change.
func (c *comparison) stale(id string) bool {
	if known, found := c.known[id]; found {
		return known
	}
	c.known[id] = false // an edge that leads back adds nothing
	c.known[id] = c.judge(id)
	return c.known[id]
}

func (c *comparison) judge(id string) bool {
	if c.ran.Test {
		now, pinnedNow := c.pins[id]
		if pinnedNow {
			if then, known := c.ran.Outputs[id]; known {
				return !reflect.DeepEqual(now, then)
			}
			return c.ran.Pinned[id] // else it was pinned already, and what was run did not need it
		}
		if c.ran.Given[id].Pinned {
			return true
		}
	}
	if c.reachedOtherwise(id) {
		return true
	}
	if do := c.steps[id].Do; do != nil {
		for inner := range do.All {
			if c.then.steps[inner.ID] == nil || c.stale(inner.ID) {
				return true
			}
		}
	}
	return false
}

// reachedOtherwise reports whether a step, or what comes before it, differs. It
// does not look at what is inside of an each step.
func (c *comparison) reachedOtherwise(id string) bool {
	if known, found := c.around[id]; found {
		return known
	}
	c.around[id] = false
	c.around[id] = c.differs(id) || slices.ContainsFunc(c.before[id], c.stale) ||
		slices.ContainsFunc(c.ownReads(id), func(read string) bool { return c.owner[id] != read && c.stale(read) }) ||
		c.owner[id] != "" && c.reachedOtherwise(c.owner[id])
	return c.around[id]
}

// differs reports whether a step itself is another one than it was. How often it
// is tried, what it is called and where it stands make no difference.
func (c *comparison) differs(id string) bool {
	now, then := c.steps[id], c.then.steps[id]
	if then == nil || now.Uses != then.Uses || now.Connection != then.Connection || now.Disabled != then.Disabled ||
		c.owner[id] != c.then.owner[id] || !reflect.DeepEqual(flow.Plain(now.With), flow.Plain(then.With)) {
		return true
	}
	if component, _, isAction := strings.Cut(now.Uses, "/"); isAction && c.components[component] {
		return true
	}
	return !sameEdges(c.into[id], c.then.into[id]) || c.readsOtherConfig(id) || c.innerGone(now, then)
}

func sameEdges(a, b []flow.Edge) bool {
	missing := func(in []flow.Edge) func(flow.Edge) bool {
		return func(e flow.Edge) bool { return !slices.Contains(in, e) }
	}
	return !slices.ContainsFunc(a, missing(b)) && !slices.ContainsFunc(b, missing(a))
}

// innerGone reports whether an each step has lost steps from inside.
func (c *comparison) innerGone(now, then *flow.Step) bool {
	if then.Do == nil || now.Do == nil {
		return (then.Do == nil) != (now.Do == nil)
	}
	for inner := range then.Do.All {
		if c.steps[inner.ID] == nil {
			return true
		}
	}
	return false
}

func (c *comparison) readsOtherConfig(id string) bool {
	compiled := c.plan.Steps[id]
	if compiled == nil {
		return false
	}
	for _, ref := range compiled.Reads {
		if ref.Path[0] != "config" {
			continue
		}
		now, then := c.configNow, c.configThen
		if len(ref.Path) > 1 {
			now, then = named(now, ref.Path[1]), named(then, ref.Path[1])
		}
		if !reflect.DeepEqual(now, then) {
			return true
		}
	}
	return false
}

func named(object any, name string) any {
	fields, _ := object.(map[string]any)
	return fields[name]
}

// Gone are the steps that were run and that the draft does not have any more.
func Gone(draft, ran *flow.Flow) []*flow.Step {
	var gone []*flow.Step
	there := map[string]bool{}
	for s := range draft.All {
		there[s.ID] = true
	}
	for s := range ran.All {
		if !there[s.ID] {
			gone = append(gone, s)
		}
	}
	return gone
}
