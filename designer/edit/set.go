package edit

import (
	"slices"

	"redial/engine/flow"
)

// Fields that Set and Unset may reach. Others have operations of their own, or
// do not change at all.
var (
	flowFields = []string{
		"name", "description", "mode", "deadline", "on_deadline", "on_disconnect", "callers_choose", "concurrency", "callback", "config",
	}
	stepFields    = []string{"name", "note", "connection", "with", "timeout", "retry", "on_error", "disabled"}
	triggerFields = []string{"with"}
)

// why says what to do instead, where it is not obvious.
var why = map[string]string{
	"uses":    "To make another kind of step of it, replace it",
	"at":      "To place it elsewhere, move it",
	"steps":   "Steps are added and removed one by one",
	"edges":   "Edges are added and removed one by one",
	"do":      "Inner steps are edited by their own IDs",
	"trigger": "Its fields are those of the step \"trigger\"",
	"slug":    "The slug names the flow in its URLs, so it stays",
	"redial":  "It is the version of the format",
}

// target is a field that is to be changed.
type target struct {
	at     spot // zero: the flow
	path   []segment
	object flow.Object // the step or the flow
	whole  bool        // it is the flow
}

// target finds a field of a step or of the flow.
func (e *editor) target(id, path string) (target, error) {
	segments, err := parsePath(path)
	if err != nil {
		return target{}, refuse(id, "", "%s", upper(err.Error()))
	}
	t := target{path: segments, object: e.tree, whole: id == ""}
	fields := flowFields
	if !t.whole {
		if t.at, t.object, err = e.step(id); err != nil {
			return t, err
		}
		fields = stepFields
		if id == flow.TriggerID {
			fields = triggerFields
		}
	}
	first := segments[0].name
	inner := first == "with" && t.object.Text("uses") == usesEach && len(segments) > 1 && segments[1].name == "do"
	if inner {
		return t, refuse(id, path, "%s", why["do"])
	}
	// What is wrong in the file may be taken away by its name.
	unknown := has(t.object, first) && why[first] == "" && !slices.Contains(stepFields, first)
	if segments[0].list || !slices.Contains(fields, first) && !unknown {
		advice := why[first]
		if advice == "" {
			advice = "There are " + listed(fields)
			if len(fields) == 1 {
				advice = "There is only " + fields[0]
			}
		}
		return t, refuse(id, path, "%q cannot be set here. %s", shorten(first), advice)
	}
	return t, nil
}

// change changes a field. The edges of a branch follow its paths.
func (e *editor) change(t target, change func(any, bool) (any, error)) error {
	value, err := changed(t.object, t.path, change)
	if err != nil {
		return refuse(t.at.id, formatPath(t.path), "%s", sentence(err.Error()))
	}
	return e.write(t, value)
}

// write puts the changed step or flow in its place.
func (e *editor) write(t target, value any) error {
	object, _ := value.(flow.Object)
	if t.whole {
		e.tree = object
		return nil
	}
	e.put(t.at.path(), object)
	return e.portsChanged(t.at, t.object, pathRenames(t.object, object))
}

func (s *Set) apply(e *editor) (string, error) {
	t, err := e.target(s.Step, s.Path)
	if err != nil {
		return "", err
	}
	if depth(s.Value) > flow.MaxNesting {
		return "", refuse(s.Step, s.Path, "The value is nested too deeply; at most %d levels are possible", flow.MaxNesting)
	}
	if t.isPathName() {
		return e.nameOfPath(t, s.Value)
	}
	before := e.title(s.Step)
	if err := e.change(t, func(any, bool) (any, error) { return s.Value, nil }); err != nil {
		return "", err
	}
	return e.setLabel(s, t, before), nil
}

func (e *editor) setLabel(s *Set, t target, before string) string {
	text, isText := s.Value.(string)
	text = cut(oneLine(text))
	if len(t.path) == 1 {
		switch name := t.path[0].name; {
		case t.whole && name == "name" && isText:
			return "Rename the flow to " + text
		case t.whole && name == "mode" && isText:
			return "Make the flow " + text
		case name == "name" && isText:
			return "Rename " + before + " to " + text
		case name == "disabled" && s.Value == true:
			return "Disable " + before
		case name == "disabled" && s.Value == false:
			return "Enable " + before
		}
	}
	return "Set " + e.fieldLabel(s.Step, t.path)
}

func (u *Unset) apply(e *editor) (string, error) {
	t, err := e.target(u.Step, u.Path)
	if err != nil {
		return "", err
	}
	label := "Clear " + e.fieldLabel(u.Step, t.path)
	if t.path[len(t.path)-1].list {
		label = "Remove from " + e.fieldLabel(u.Step, t.path)
	}
	if len(t.path) == 1 && t.path[0].name == "disabled" && !t.whole {
		label = "Enable " + e.title(u.Step)
	}
	if _, found := at(t.object, t.path); !found {
		return label, nil
	}
	return label, e.write(t, removed(t.object, t.path, 0))
}

// depth is how deep lists and objects nest.
func depth(value any) int {
	deepest := 0
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			deepest = max(deepest, depth(item))
		}
	case flow.Object:
		for _, f := range v {
			deepest = max(deepest, depth(f.Value))
		}
	default:
		return 0
	}
	return deepest + 1
}
