package designer

import (
	"redial/engine/check"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
)

// Effectful are the steps of a flow that change something outside, the inner
// ones of each steps included, in the order of the file. A safe test answers for
// them with examples. Steps that start other flows are not among them: what they
// do is the other flow's.
func Effectful(f *flow.Flow, library *step.Library) []*flow.Step {
	plan, _ := check.Flow(f, library)
	var found []*flow.Step
	f.All(func(s *flow.Step) bool {
		compiled := plan.Steps[s.ID]
		if compiled == nil || s.Disabled {
			return true
		}
		if caller, ok := compiled.Runner.(step.Caller); ok && caller.Effect() != component.Safe {
			found = append(found, s)
		}
		return true
	})
	return found
}
