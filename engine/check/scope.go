package check

import (
	"fmt"
	"maps"

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
	if id == flow.TriggerID {
		return c.scope(nil, start)
	}
	g := c.bodies[c.owners[id]]
	if g == nil {
		return nil
	}
	i, found := g.index[id]
	if !found {
		return nil
	}
	return c.scope(g, i)
}

// scope is what node i of a graph may read; the trigger's without a graph.
func (c *checker) scope(g *graph, i int) *expression.Scope {
	scope := &expression.Scope{
		Steps: make(map[string]expression.StepInfo, len(c.owners)), Config: c.config,
	}
	maps.Copy(scope.Steps, c.hidden)
	if c.plan.Trigger != nil {
		scope.Trigger = c.plan.Trigger.Output
	}
	if g == nil {
		for id, owner := range c.owners {
			if owner == "" {
				scope.Steps[id] = expression.StepInfo{Why: "the trigger comes before all steps"}
			}
		}
		return scope
	}
	owner := c.owners[g.nodes[i].step.ID]
	scope.Items = c.around[owner].items
	for {
		c.addSteps(scope, g, i)
		if owner == "" {
			return scope
		}
		// Further out the step reads what its each step may read.
		outer := c.around[owner]
		g, i, owner = c.bodies[outer.owner], outer.node, outer.owner
	}
}

// addSteps enters the steps of the graph as node i sees them.
func (c *checker) addSteps(scope *expression.Scope, g *graph, i int) {
	for j := 1; j < len(g.nodes); j++ {
		id := g.nodes[j].step.ID
		info := expression.StepInfo{}
		switch {
		case g.upstream[i].has(j):
			info.Upstream = true
			info.MaySkip = g.mayBeSkipped(j, i)
			info.Output = output(g.nodes[j].step, c.plan.Steps[id])
		case i == j && g.nodes[i].step.Do != nil:
			info.Why = "its output is there when all rounds are done"
		case i == j:
			info.Why = "a step cannot read its own output"
		case g.upstream[j].has(i):
			info.Why = "it runs after this step"
		default:
			info.Why = "no path of edges leads from it to this step"
		}
		scope.Steps[id] = info
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
