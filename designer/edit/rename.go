package edit

import (
	"regexp"
	"slices"

	"redial/engine/expression"
	"redial/engine/flow"
)

func (r *Rename) apply(e *editor) (string, error) {
	at, _, found := e.find(r.Step)
	switch {
	case r.Step == flow.TriggerID:
		return "", refuse(r.Step, "", "The trigger has no ID that could be changed")
	case !found:
		return "", e.unknownStep(r.Step)
	case r.ID == flow.TriggerID:
		return "", refuse(r.Step, "", "The ID trigger is the trigger's own. Choose another one")
	case !flow.ValidID(r.ID):
		return "", refuse(r.Step, "", "%q cannot be an ID. It is made of a-z, 0-9 and _, begins with a letter and has at most 64 characters", shorten(r.ID))
	case r.ID == r.Step:
		return "Rename " + r.Step, nil
	case e.ids()[r.ID]:
		return "", refuse(r.Step, "", "There is another step with the ID %s. Choose another one", r.ID)
	}
	if err := e.readsTexts(size(e.tree)); err != nil {
		return "", err
	}
	steps := slices.Clone(e.mustSteps(at.body))
	steps[indexOf(steps, r.Step)].Name = r.ID
	e.setSteps(at.body, steps)
	if err := e.mapEdges(at.body, func(edge flow.Edge) []flow.Edge {
		if edge.From == r.Step {
			edge.From = r.ID
		}
		if edge.To == r.Step {
			edge.To = r.ID
		}
		return []flow.Edge{edge}
	}); err != nil {
		return "", err
	}
	places := 0
	rename := renaming(map[string]string{r.Step: r.ID})
	e.rewriteFlow(func(text string, language expression.Language) (string, bool) {
		renamed, changed := rename(text, language)
		if changed {
			places++
		}
		return renamed, changed
	})
	switch {
	case places == 1:
		e.notice("One field that reads it has the new ID")
	case places > 1:
		e.notice("%d fields that read it have the new ID", places)
	}
	e.renamed(r.Step, r.ID)
	return "Rename " + cut(r.Step) + " to " + r.ID, e.grown()
}

// renamed notes a new ID. A step may be renamed more than once in an edit, and
// one that is new in it has no old ID.
func (e *editor) renamed(old, id string) {
	e.taken = nil
	if i := slices.Index(e.result.Created, old); i >= 0 {
		e.result.Created[i] = id
		return
	}
	first := old
	for before, now := range e.result.Renamed {
		if now == old {
			first = before
		}
	}
	if first == id {
		delete(e.result.Renamed, first)
		return
	}
	e.result.Renamed[first] = id
}

// validPort is what a path may be called, as its name stands in edges.
var validPort = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func (r *RenamePath) apply(e *editor) (string, error) {
	_, step, err := e.step(r.Step)
	if err != nil {
		return "", err
	}
	for i, name := range pathNames(step) {
		if name == r.Path {
			t, err := e.target(r.Step, formatPath([]segment{{name: "with"}, {name: "paths"}, {index: i, list: true}, {name: "name"}}))
			if err != nil {
				return "", err
			}
			return e.nameOfPath(t, r.Name)
		}
	}
	return "", refuse(r.Step, "with.paths", "%s has no path %q any more", opening(e.title(r.Step)), shorten(r.Path))
}

// pathNames are those of the paths of a branch, in their order.
func pathNames(step flow.Object) []string {
	fields, _ := get[flow.Object](step, "with")
	paths, _ := get[[]any](fields, "paths")
	found := make([]string, len(paths))
	for i, item := range paths {
		path, _ := item.(flow.Object)
		found[i] = path.Text("name")
	}
	return found
}

// isPathName says whether the target is the name of one of the paths of a
// branch.
func (t target) isPathName() bool {
	return !t.whole && t.object.Text("uses") == usesBranch && len(t.path) == 4 &&
		t.path[0].name == "with" && t.path[1].name == "paths" && t.path[2].list && t.path[3].name == "name"
}

// nameOfPath names a path of a branch; its edges follow.
func (e *editor) nameOfPath(t target, value any) (string, error) {
	name, _ := value.(string)
	place := formatPath(t.path)
	if !validPort.MatchString(name) || name == flow.ErrorPort {
		return "", refuse(t.at.id, place, "The name of a path is made of a-z, 0-9 and _, begins with a letter and is not \"error\"")
	}
	paths := pathNames(t.object)
	if i := slices.Index(paths, name); i >= 0 && i != t.path[2].index {
		return "", refuse(t.at.id, place, "There is another path called %s. Choose another name", name)
	}
	if err := e.change(t, func(any, bool) (any, error) { return name, nil }); err != nil {
		return "", err
	}
	if i := t.path[2].index; i < len(paths) && paths[i] != "" {
		return "Rename path " + cut(oneLine(paths[i])) + " to " + name, nil
	}
	return "Name path " + name, nil
}

// pathRenames are the new names of a branch's paths by their old ones, if all
// of them are still in their places.
func pathRenames(before, after flow.Object) map[string]string {
	if before.Text("uses") != usesBranch {
		return nil
	}
	old, now := pathNames(before), pathNames(after)
	if len(old) != len(now) {
		return nil
	}
	renamed := map[string]string{}
	for i := range old {
		if old[i] != now[i] && !slices.Contains(now, old[i]) && !slices.Contains(old, now[i]) {
			renamed[old[i]] = now[i]
		}
	}
	return renamed
}
