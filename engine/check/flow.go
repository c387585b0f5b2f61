package check

import (
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/step"
)

// Plan is a flow whose steps are compiled.
type Plan struct {
	// Trigger and Steps are ready to run; those with errors are missing. Steps
	// are found by their IDs, the inner ones of each steps among them.
	Trigger *step.Compiled
	Steps   map[string]*step.Compiled

	checker *checker
}

// Flow finds what is wrong with a flow and compiles its steps. The problems
// have paths, and no lines: flowfile.Document.Locate adds them. A plan can run
// if none of the problems is an error; it is never nil.
//
// Not looked at are the form of the file, which flowfile.Read checks, and
// whether connections exist, which Connections checks.
func Flow(f *flow.Flow, library *step.Library) (*Plan, []flow.Problem) {
	c := &checker{
		flow: f, library: library, owners: owners(f),
		plan:  &Plan{Steps: map[string]*step.Compiled{}},
		kinds: map[*flow.Step]*step.Kind{}, bodies: map[string]*graph{}, around: map[string]around{},
	}
	c.plan.checker = c
	c.hidden = hiddenSteps(c.owners)
	c.config = make(map[string]*expression.Type, len(f.Config))
	for _, field := range f.Config {
		c.config[field.Name] = expression.TypeOf(flow.Plain(field.Value))
	}
	c.compileTrigger()
	if field, message := f.Settings.Callback.Missing(); field != "" {
		c.problems.error(flow.CodeMissingField, "callback."+field, "", "%s", message)
	}
	c.findKinds(&f.Body, "")
	g := c.graph(&f.Body, "", "")
	g.reportUnreachable(&c.problems)
	g.reportSecondAnswers(&c.problems)
	if f.Trigger.Uses == "webhook" && f.Settings.Mode == flow.Sync {
		g.reportSilentPaths(&c.problems)
		g.reportDeadline(f.Settings.Deadline, &c.problems)
	}
	c.compile(g, "")
	return c.plan, c.problems.list
}

// checker holds what is known of a flow while it is checked.
type checker struct {
	flow     *flow.Flow
	library  *step.Library
	owners   map[string]string
	hidden   map[string]expression.StepInfo // inner steps, seen from outside
	kinds    map[*flow.Step]*step.Kind
	config   map[string]*expression.Type
	bodies   map[string]*graph // by the ID of the each step around them
	around   map[string]around // of the inner steps of an each step, by its ID
	plan     *Plan
	problems problems
}

func (c *checker) compileTrigger() {
	t := &c.flow.Trigger
	if t.Uses == "" {
		return // of which the file's own problems speak
	}
	kind, err := c.library.Kind(t.Uses)
	if err != nil {
		c.problems.error(flow.CodeUnknownComponent, "trigger.uses", flow.TriggerID, "%v", err)
		return
	}
	if !kind.Trigger() {
		c.problems.error(flow.CodeUnknownComponent, "trigger.uses", flow.TriggerID,
			"%s is a step, not a trigger; a flow begins with webhook, manual or schedule", t.Uses)
		return
	}
	compiled, found := kind.Compile(&flow.Step{ID: flow.TriggerID, Uses: t.Uses, With: t.With}, flow.TriggerID, c.scope(sight{checker: c}))
	c.problems.list = append(c.problems.list, found...)
	c.plan.Trigger = compiled
}

// findKinds looks up what the steps of a body use.
func (c *checker) findKinds(b *flow.Body, path string) {
	for i := range b.Steps {
		s := &b.Steps[i]
		at := path + "steps." + s.ID
		if s.Do != nil {
			c.findKinds(s.Do, at+innerPath)
		}
		if s.Uses == "" {
			continue
		}
		kind, err := c.library.Kind(s.Uses)
		switch {
		case err != nil:
			c.problems.error(flow.CodeUnknownComponent, at+".uses", s.ID, "%v", err)
		case kind.Trigger():
			c.problems.error(flow.CodeUnknownComponent, at+".uses", s.ID,
				"%s is a trigger, and a flow has one already; choose a step", s.Uses)
		default:
			c.kinds[s] = kind
		}
		if s.Do != nil && s.Uses != "each" {
			c.problems.error(flow.CodeUnknownField, at+".do", s.ID,
				"only an each step has inner steps; remove do, or use each")
		}
	}
}

// innerPath leads from an each step to its body.
const innerPath = ".with.do."

// graph builds the graph of a body, which stands in the each step with the
// given ID or, without one, is the flow's own.
func (c *checker) graph(b *flow.Body, path, owner string) *graph {
	g := newGraph(b, path, owner != "", c.owners, func(s *flow.Step) (step.Ports, bool) {
		kind := c.kinds[s]
		if kind == nil {
			return step.Ports{}, false
		}
		return kind.Ports(s.With), true
	}, &c.problems)
	c.bodies[owner] = g
	return g
}

// compile compiles the steps of a body, each after those before it, so that
// the types of their outputs are known.
func (c *checker) compile(g *graph, owner string) {
	for _, i := range g.order {
		s := g.nodes[i].step
		kind := c.kinds[s]
		if s == nil || kind == nil {
			continue
		}
		compiled, found := kind.Compile(s, g.stepPath(i), c.scope(sight{c, g, i}))
		c.problems.list = append(c.problems.list, found...)
		if compiled != nil {
			c.plan.Steps[s.ID] = compiled
		}
		if s.Do != nil && s.Uses == "each" {
			c.around[s.ID] = newAround(c.around[owner], owner, i, s, compiled)
			inner := c.graph(s.Do, g.stepPath(i)+innerPath, s.ID)
			inner.reportInnerAnswers(&c.problems)
			c.compile(inner, s.ID)
		}
	}
}
