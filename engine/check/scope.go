package check

import (
	"fmt"
	"maps"
	"slices"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/step"
)

// around is what the inner steps of an each step see of what is around them.
type around struct {
	owner string // the each step further out; empty for none
	node  int    // of the each step, in the graph that it stands in
	items map[string]*expression.Type
}

func newAround(outer around, owner string, node int, s *flow.Step, compiled *step.Compiled) around {
	items := maps.Clone(outer.items)
	if items == nil {
		items = map[string]*expression.Type{}
	}
	items["index"] = &expression.Type{Kind: expression.Integer}
	name, itemType := "item", (*expression.Type)(nil)
	if compiled != nil {
		if each, ok := compiled.Runner.(*step.Each); ok {
			name, itemType = each.ItemName(), each.ItemType()
		}
	} else if given := s.With.Text("as"); given != "" {
		name = given
	}
	items[name] = itemType
	return around{owner: owner, node: node, items: items}
}

// hiddenSteps are the inner steps as other steps know them.
func hiddenSteps(owners map[string]string) map[string]expression.StepInfo {
	hidden := map[string]expression.StepInfo{}
	for id, owner := range owners {
		if owner != "" {
			hidden[id] = expression.StepInfo{
				Why: fmt.Sprintf("it is inside the each step %s and not seen outside of it", owner),
			}
		}
	}
	return hidden
}

// Scope is what the expressions of a step may read: the step with an ID, or
// the trigger. It is made anew by every call; nil if there is no such step.
func (p *Plan) Scope(id string) *expression.Scope {
	c := p.checker
	seen := sight{checker: c}
	if id != flow.TriggerID {
		seen.graph = c.bodies[c.owners[id]]
		if seen.graph == nil {
			return nil
		}
		var found bool
		if seen.node, found = seen.graph.index[id]; !found {
			return nil
		}
	}
	scope := c.scope(seen)
	scope.Finder = nil
	scope.Steps = make(map[string]expression.StepInfo, len(c.owners))
	for id := range c.owners {
		scope.Steps[id], _ = seen.FindStep(id)
	}
	return scope
}

// scope is what a step may read, or the trigger.
func (c *checker) scope(seen sight) *expression.Scope {
	scope := &expression.Scope{Finder: seen, Config: c.config}
	if c.plan.Trigger != nil {
		scope.Trigger = c.plan.Trigger.Output
	}
	if seen.graph != nil {
		scope.Items = c.around[c.owners[seen.graph.nodes[seen.node].step.ID]].items
	}
	return scope
}

// sight is a flow as one of its steps sees it: a node of a graph or, without
// one, the trigger. Steps are looked at when an expression names them. Of all
// that a flow could name its expressions name little, and what each step sees of
// each other one would be a million things.
type sight struct {
	checker *checker
	graph   *graph
	node    int
}

// StepIDs implements expression.StepFinder.
func (s sight) StepIDs() []string { return slices.Collect(maps.Keys(s.checker.owners)) }

// FindStep implements expression.StepFinder.
func (s sight) FindStep(id string) (expression.StepInfo, bool) {
	c := s.checker
	owner, found := c.owners[id]
	if !found {
		return expression.StepInfo{}, false
	}
	if s.graph == nil {
		if owner == "" {
			return expression.StepInfo{Why: "the trigger comes before all steps"}, true
		}
		return c.hidden[id], true
	}
	info, g, i := c.hidden[id], s.graph, s.node
	for owner = c.owners[g.nodes[i].step.ID]; ; {
		if j, here := g.index[id]; here && j != start {
			info = g.seen(j, i, c.plan.Steps[id])
		}
		if owner == "" {
			return info, true
		}
		// Further out the step reads what its each step may read.
		outer := c.around[owner]
		g, i, owner = c.bodies[outer.owner], outer.node, outer.owner
	}
}

// seen is node j as node i sees it.
func (g *graph) seen(j, i int, compiled *step.Compiled) expression.StepInfo {
	switch {
	case g.upstream[i].has(j):
		return expression.StepInfo{
			Upstream: true, MaySkip: g.mayBeSkipped(j, i), Output: output(g.nodes[j].step, compiled),
		}
	case i == j && g.nodes[i].step.Do != nil:
		return expression.StepInfo{Why: "its output is there when all rounds are done"}
	case i == j:
		return expression.StepInfo{Why: "a step cannot read its own output"}
	case g.upstream[j].has(i):
		return expression.StepInfo{Why: "it runs after this step"}
	default:
		return expression.StepInfo{Why: "no path of edges leads from it to this step"}
	}
}

// output is what is known of a step's output. One that goes on after an error
// may also be {"error": …}.
func output(s *flow.Step, compiled *step.Compiled) *expression.Type {
	if compiled == nil || compiled.Output == nil {
		return nil
	}
	if s.OnError != flow.OnErrorContinue && s.OnError != flow.OnErrorRoute {
		return compiled.Output
	}
	if compiled.Output.Kind != expression.Object {
		return nil
	}
	either := *compiled.Output
	either.Fields = maps.Clone(compiled.Output.Fields)
	if either.Fields == nil {
		either.Fields = map[string]*expression.Type{}
	}
	either.Fields["error"] = &expression.Type{
		Kind: expression.Object, Nullable: true,
		Fields: map[string]*expression.Type{
			"code":    {Kind: expression.Text},
			"message": {Kind: expression.Text},
			"status":  {Kind: expression.Integer, Nullable: true},
		},
	}
	return &either
}
