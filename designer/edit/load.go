package edit

import (
	"redial/engine/flow"
)

func (l *Load) apply(e *editor) (string, error) {
	document, err := readText(l.Text)
	if err != nil {
		return "", err
	}
	for _, p := range document.Problems {
		if p.Severity == flow.SeverityError && p.Path != "slug" {
			return "", refuse("", "", "The text is no whole flow. Line %d, column %d: %s", p.Line, p.Column, p.Message)
		}
	}
	before := e.idList()
	slug, _ := e.tree.Get("slug")
	e.tree = with(document.Tree(), "slug", slug)
	e.taken, e.laid, e.shown = nil, nil, e.tree
	now := e.ids()
	had := map[string]bool{}
	for _, id := range before {
		had[id] = true
		if !now[id] {
			e.result.Removed = append(e.result.Removed, id)
		}
	}
	for _, id := range e.idList() {
		if !had[id] {
			e.result.Created = append(e.result.Created, id)
		}
	}
	name := cut(oneLine(document.Flow.Name))
	if name == "" {
		name = document.Flow.Slug
	}
	return "Begin with " + name, nil
}

// idList are the IDs of all steps in the order of the file.
func (e *editor) idList() []string {
	var ids []string
	e.walk(func(s spot, _ flow.Object) bool {
		ids = append(ids, s.id)
		return true
	})
	return ids
}
