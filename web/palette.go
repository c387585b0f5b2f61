package web

import (
	"net/http"
	"strings"

	"redial/designer/template"
	"redial/engine"
	"redial/engine/component"
	"redial/engine/step"
	"redial/web/ui"
)

// palette is what steps can be made of, in groups.
type palette []paletteGroup

// paletteGroup is a part of the palette: built-in steps of one purpose, or the
// actions of a component.
type paletteGroup struct {
	Title string
	Items []paletteItem
}

// paletteItem is one kind of step that people can add.
type paletteItem struct {
	Uses  string
	Title string
	// Of is the component; empty for built-in steps.
	Of   string
	Help string
	Icon string
	Tint string // #rrggbb
}

// paletteGroups say where built-in steps are found. One that is not named here
// stands in the first group.
var paletteGroups = []struct {
	title string
	uses  []string
}{
	{title: "Flow control"},
	{title: "Data", uses: []string{"transform"}},
	{title: "Call", uses: []string{"http", "flow"}},
}

// newPalette are the kinds of steps of a library, triggers left out: every flow
// has one already.
func newPalette(library *step.Library) palette {
	var groups palette
	groupOf := map[string]int{}
	for i, group := range paletteGroups {
		groups = append(groups, paletteGroup{Title: group.title})
		for _, uses := range group.uses {
			groupOf[uses] = i
		}
	}
	for _, kind := range library.Builtin() {
		if kind.Trigger() {
			continue
		}
		group := &groups[groupOf[kind.Uses]]
		group.Items = append(group.Items, builtinItem(kind))
	}
	for _, c := range library.Catalogue().Components() {
		if len(c.Actions) > 0 {
			groups = append(groups, actionGroup(c))
		}
	}
	return groups
}

// newTriggerKinds are what the trigger of a flow can be replaced by.
func newTriggerKinds(library *step.Library) paletteGroup {
	group := paletteGroup{Title: "Triggers"}
	for _, kind := range library.Builtin() {
		if kind.Trigger() {
			group.Items = append(group.Items, builtinItem(kind))
		}
	}
	return group
}

func builtinItem(kind *step.Kind) paletteItem {
	return paletteItem{Uses: kind.Uses, Title: kind.Title, Help: oneLine(kind.Help), Icon: kind.Icon, Tint: ui.PlainTint}
}

func actionGroup(c *component.Component) paletteGroup {
	tint := c.Tint
	if tint == "" {
		tint = ui.PlainTint
	}
	group := paletteGroup{Title: c.Title}
	for _, action := range c.Actions {
		group.Items = append(group.Items, paletteItem{
			Uses: action.Uses(), Title: action.Title, Of: c.Title, Help: oneLine(action.Help), Icon: c.Icon, Tint: tint,
		})
	}
	return group
}

// oneLine is a text without line breaks, as long as one reads in passing.
func oneLine(text string) string {
	const most = 200
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// offeredTemplates are those that an empty canvas offers: all that do more than
// answer.
func offeredTemplates() []template.Template {
	var offered []template.Template
	for _, t := range template.All() {
		if len(t.Uses) > 1 {
			offered = append(offered, t)
		}
	}
	return offered
}

// templateFile is the flow file of a template.
func (s *Server) templateFile(w http.ResponseWriter, r *http.Request) {
	t, found := template.Find(r.PathValue("slug"))
	if !found {
		s.Fail(w, r, "reading a template", engine.ErrNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.Write(w, t.Source)
}
