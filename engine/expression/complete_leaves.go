package expression

import "slices"

// Bounds of the leaves that are offered.
const (
	maxLeaves    = 100
	maxLeafDepth = 5 // fields within fields
)

// CompleteLeaf is Complete in an expression that is mostly one value of the data:
// before anything else come the leaves, which are the fields without fields of
// their own, by all of their path: trigger.body.order.quantity.
func CompleteLeaf(source string, offset int, scope *Scope, values *Values) Completion {
	return complete(source, offset, LanguageExpression, scope, values, true)
}

// leaves are those of the items, of the body of the call, of the steps, and of the
// rest of the trigger.
func (q *completer) leaves() []Candidate {
	values := q.values
	if values == nil {
		values = new(Values)
	}
	var all []Candidate
	if q.scope != nil {
		names := (&Type{Fields: q.scope.Items}).names()
		for _, name := range names {
			all = leavesOf(all, name, known{q.scope.Items[name], values.bound(name)}, maxLeafDepth)
		}
	}
	c := &compiler{scope: q.scope}
	if !c.isRoot("trigger") {
		return all
	}
	trigger := fieldsOf(known{c.root("trigger").typ, object(values.Trigger)})
	body := slices.IndexFunc(trigger, func(f knownField) bool { return f.name == "body" })
	if body >= 0 {
		all = leavesOf(all, "trigger.body", trigger[body].known, maxLeafDepth)
		trigger = slices.Delete(trigger, body, body+1)
	}
	if q.scope != nil {
		for _, id := range q.scope.stepIDs() {
			step := q.scope.Steps[id]
			if !step.Upstream {
				continue
			}
			is := known{typ: step.Output}
			if values.Step != nil {
				output, _ := values.Step(id)
				is.value = plain(output)
			}
			all = leavesOf(all, "steps"+memberText(id), is, maxLeafDepth)
		}
	}
	for _, f := range trigger {
		all = leavesOf(all, "trigger"+memberText(f.name), f.known, maxLeafDepth)
	}
	return all
}

// leavesOf adds the leaves of a value, itself if it has no fields.
func leavesOf(all []Candidate, path string, base known, depth int) []Candidate {
	if len(all) >= maxLeaves {
		return all
	}
	fields := fieldsOf(base)
	if len(fields) == 0 || depth == 0 {
		leaf := named(path, base, nearItem, nil)
		leaf.Kind = CandidateField
		return append(all, leaf)
	}
	for _, f := range fields {
		all = leavesOf(all, path+memberText(f.name), f.known, depth-1)
	}
	return all
}
