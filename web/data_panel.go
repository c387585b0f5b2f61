package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/web/reply"
	"redial/web/ui"
)

// dataPanel is all that the expressions of a step can read, with values where
// there are some. What is clicked in it is written into an expression.
type dataPanel struct {
	Slug, Step, Title string
	Sources           []dataPanelSource
}

// dataPanelSource is one name that expressions begin with.
type dataPanelSource struct {
	Name   string // as data-source has it: "trigger", "steps.check_inventory"
	Title  string
	Icon   string
	Tint   string
	Insert string // the expression of all of it
	Open   bool

	Origin    dataOrigin
	About     string // where the value is from, in words
	At        time.Time
	Execution string
	Stale     bool
	Large     bool // too large to be shown
	// MaySkip says that the step may not have run.
	MaySkip bool

	// Lazy sources are fetched when they are opened.
	Lazy   bool
	Schema []dataRow
	Tables []dataTable
	Values []dataRow
	// All is the address of the whole value, where some of it is left out.
	All string
}

// Scalar reports whether the source is one value without parts.
func (s *dataPanelSource) Scalar() bool { return len(s.Values) == 1 && s.Values[0].Bare }

// Bounds of the panel.
const (
	panelRows  = 1500 // of all sources; those behind come when they are opened
	panelOpen  = 3    // sources that are open at first
	panelDepth = 6
)

// dataPanelFragment is the panel of a step, or with ?source one source of it.
func (s *Server) dataPanelFragment(w http.ResponseWriter, r *http.Request) {
	data, err := s.draftData(r.Context(), r.PathValue("slug"), r.PathValue("step"))
	if err != nil {
		s.pageFault(w, r, "showing the data of a step", err)
		return
	}
	defer data.leave()
	data.markStale()
	if name := r.URL.Query().Get("source"); name != "" {
		if _, known := data.Sources[name]; !known {
			s.Render(w, r, http.StatusNotFound, faultNotice("This cannot be read here any more. Close the panel and open it again."))
			return
		}
		left := panelRows
		source := data.panelSource(name, &left)
		data.leave()
		s.Render(w, r, http.StatusOK, dataSourceBody(&source))
		return
	}
	panel := data.panel()
	data.leave()
	s.Render(w, r, http.StatusOK, dataPanelView(panel))
}

func (d *draftData) panel() *dataPanel {
	p := &dataPanel{Slug: d.Flow.Slug, Step: d.Step, Title: d.title(d.Step)}
	if d.Step == flow.TriggerID {
		p.Title = "Trigger"
	}
	left := panelRows
	for _, name := range d.sourceNames() {
		source := d.panelSource(name, &left)
		p.Sources = append(p.Sources, source)
	}
	d.openSources(p.Sources)
	return p
}

// openSources opens those that are read most: the items, the trigger and the
// step that comes last before this one.
func (d *draftData) openSources(sources []dataPanelSource) {
	open := 0
	for i := range sources {
		name := sources[i].Name
		if open < panelOpen-1 && !sources[i].Lazy && name != "config" && name != "execution" && !strings.HasPrefix(name, "steps.") {
			sources[i].Open = true
			open++
		}
	}
	for i := len(sources) - 1; i >= 0; i-- {
		if strings.HasPrefix(sources[i].Name, "steps.") {
			sources[i].Open = !sources[i].Lazy
			return
		}
	}
}

// sourceNames are the names in the order of the panel: the items around the
// step, the trigger, the steps before it in the order of the file, the rest.
func (d *draftData) sourceNames() []string {
	var names []string
	for name := range d.Scope.Items {
		if name != "index" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if _, inRound := d.Scope.Items["index"]; inRound {
		names = append(names, "index")
	}
	if d.Step != flow.TriggerID {
		names = append(names, flow.TriggerID)
	}
	for def := range d.Flow.All {
		if d.Scope.Steps[def.ID].Upstream {
			names = append(names, "steps."+def.ID)
		}
	}
	if len(d.Values.Config) > 0 {
		names = append(names, "config")
	}
	names = append(names, "execution")
	return slices.DeleteFunc(names, func(name string) bool {
		_, known := d.Sources[name]
		return !known
	})
}

// panelSource is one source with its views. left is how many rows it may have,
// and less by those that it got.
func (d *draftData) panelSource(name string, left *int) dataPanelSource {
	source := d.Sources[name]
	path := sourcePath(name)
	s := dataPanelSource{
		Name: name, Title: name, Icon: "braces", Tint: ui.PlainTint, Insert: expression.Path(path...),
		Origin: source.Origin, About: source.about(), At: source.At, Execution: source.Execution,
		Stale: source.Stale, Large: source.Large,
	}
	typ, document := d.sourceType(name)
	d.dress(&s, name)
	if *left <= 0 {
		s.Lazy = true
		return s
	}
	value := d.value(name)
	b := rowBuilder{left: min(*left, treeNodes)}
	s.Schema = b.schema(typ, value, document, path)
	if source.Origin != fromNowhere {
		tree, whole := newValueTree(value)
		s.Values = valueRows(tree, path)
		s.Tables = findTables(value, path)
		if !whole {
			s.All = "/flows/" + d.Flow.Slug + "/steps/" + d.Step + "/data/value?source=" + name
		}
	}
	*left -= countRows(s.Schema) + countRows(s.Values) + countCells(s.Tables)
	return s
}

// sourcePath is a source's name as the segments of an expression.
func sourcePath(name string) []any {
	if id, isStep := strings.CutPrefix(name, "steps."); isStep {
		return []any{"steps", id}
	}
	return []any{name}
}

// dress gives a source its title and its icon.
func (d *draftData) dress(s *dataPanelSource, name string) {
	id, isStep := strings.CutPrefix(name, "steps.")
	switch {
	case isStep:
		s.MaySkip = d.Scope.Steps[id].MaySkip
		s.Title = d.title(id)
		if found := findStep(&d.Flow.Body, id); found != nil {
			s.Icon, s.Tint = d.look(found.Uses)
		}
	case name == flow.TriggerID:
		s.Title = "Trigger"
		s.Icon, s.Tint = d.look(d.Flow.Trigger.Uses)
	case name == "config":
		s.Title, s.Icon = "Config", "settings"
	case name == "execution":
		s.Title, s.Icon = "This run", "play"
	case name == "index":
		s.Title, s.Icon = "index, the number of the round", "hash"
	default:
		s.Title, s.Icon = name+", the item of the round", "repeat"
	}
}

// look is the icon of a kind of step and its tint.
func (d *draftData) look(uses string) (icon, tint string) {
	kind, err := d.Library.Kind(uses)
	if err != nil {
		return "circle-help", ui.PlainTint
	}
	if kind.Action != nil && kind.Action.Component.Tint != "" {
		return kind.Icon, kind.Action.Component.Tint
	}
	return kind.Icon, ui.PlainTint
}

// sourceType is what is known of a source's type, and the JSON Schema that says
// more of it, if there is one.
func (d *draftData) sourceType(name string) (typ *expression.Type, document any) {
	id, isStep := strings.CutPrefix(name, "steps.")
	switch {
	case isStep:
		if found := findStep(&d.Flow.Body, id); found != nil {
			if kind, err := d.Library.Kind(found.Uses); err == nil && kind.Action != nil {
				document = kind.Action.OutputSchema
			}
		}
		return d.Scope.Steps[id].Output, document
	case name == flow.TriggerID:
		if schema, given := d.Flow.Trigger.With.Get("schema"); given {
			document = map[string]any{"properties": map[string]any{"body": flow.Plain(schema)}}
		}
		return d.Scope.Trigger, document
	case name == "config":
		return &expression.Type{Kind: expression.Object, Fields: d.Scope.Config}, nil
	default:
		return d.Scope.Items[name], nil
	}
}

// dataValue is the whole value of a source, as JSON.
func (s *Server) dataValue(w http.ResponseWriter, r *http.Request) {
	data, err := s.draftData(r.Context(), r.PathValue("slug"), r.PathValue("step"))
	if err != nil {
		s.Fail(w, r, "reading the data of a step", err)
		return
	}
	defer data.leave()
	name := r.URL.Query().Get("source")
	value := data.value(name)
	source, known := data.Sources[name]
	if !known || source.Origin == fromNowhere {
		s.Fail(w, r, "reading the data of a step", engine.ErrNotFound)
		return
	}
	encoded, err := flow.EncodeJSON(value)
	if err == nil {
		encoded, err = indentedJSON(encoded)
	}
	if err != nil {
		s.Fail(w, r, "writing the data of a step", err)
		return
	}
	data.leave()
	reply.GuardAnswer(w.Header())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	s.Write(w, encoded)
}
