package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"redial/designer"
	"redial/designer/canvas"
	"redial/engine/flow"
	"redial/store"
	"redial/web/inspector"
)

// flowPage is what the page of a flow shows.
type flowPage struct {
	*flowState
	Slug, Name string
	Graph      *canvas.Graph
	Calling    *calling
	Run        *runPanel
	Palette    palette
	Triggers   paletteGroup
	// Undo and Redo are what this person would undo and redo; nil: nothing.
	Undo, Redo *string
	// Inspected is the step that is selected; nil: none.
	Inspected *inspector.View
}

// Errors counts the problems that block publishing.
func (p *flowPage) Errors() int {
	errors := 0
	for i := range p.Checked.Problems {
		if p.Checked.Problems[i].Severity == flow.SeverityError {
			errors++
		}
	}
	return errors
}

// Told are the problems that the page shows.
func (p *flowPage) Told() []flow.Problem { return toldProblems(p.Checked) }

// toldProblems are the problems that the page of a draft shows. In a flow without
// steps they are those that block publishing: what a beginning lacks is told by the
// empty canvas.
func toldProblems(draft *designer.Draft) []flow.Problem {
	told := slices.Clone(draft.Problems)
	if len(draft.Flow.Steps) > 0 {
		return told
	}
	return slices.DeleteFunc(told, func(problem flow.Problem) bool { return problem.Severity != flow.SeverityError })
}

// Sorted are the problems, those that block publishing first.
func (p *flowPage) Sorted() []flow.Problem {
	sorted := p.Told()
	slices.SortStableFunc(sorted, func(a, b flow.Problem) int {
		return strings.Compare(string(a.Severity), string(b.Severity)) // "error" before "warning"
	})
	return sorted
}

// ProblemsWord counts the problems for people.
func (p *flowPage) ProblemsWord() string {
	n, noun := len(p.Told()), "problem"
	if p.Errors() == 0 {
		noun = "warning"
	}
	switch n {
	case 0:
		return "No problems"
	case 1:
		return "1 " + noun
	default:
		return strconv.Itoa(n) + " " + noun + "s"
	}
}

// Title is what people call a step; empty for one that is not there.
func (p *flowPage) Title(step string) string {
	if card := p.Graph.Card(step); card != nil {
		return card.Title
	}
	return ""
}

// flowPage is the page of a flow.
func (s *Server) flowPage(w http.ResponseWriter, r *http.Request) {
	p, err := s.newFlowPage(r)
	if s.toMoved(w, r, err) {
		return
	}
	if err != nil {
		s.pageFault(w, r, "showing a flow", err)
		return
	}
	s.Render(w, r, http.StatusOK, flowPageView(p))
}

func (s *Server) newFlowPage(r *http.Request) (*flowPage, error) {
	ctx, slug := r.Context(), r.PathValue("slug")
	state, err := s.loadFlowState(ctx, slug)
	if err == nil {
		err = s.countCalls(ctx, state)
	}
	if err != nil {
		return nil, err
	}
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	f := state.Checked.Flow
	p := &flowPage{
		flowState: state, Slug: slug, Name: f.Name,
		Graph:   draftGraph(workshop, state.Checked),
		Palette: newPalette(workshop.Library), Triggers: newTriggerKinds(workshop.Library),
	}
	if p.Name == "" {
		p.Name = slug
	}
	if p.Calling, err = s.newCalling(ctx, state); err != nil {
		return nil, err
	}
	if p.Run, err = s.newRunPanel(ctx, workshop, f); err != nil {
		return nil, err
	}
	if p.Undo, p.Redo, err = s.takeBacks(ctx, slug); err != nil {
		return nil, err
	}
	p.Inspected, err = s.inspect(ctx, state, workshop, p.Graph, r.URL.Query().Get("step"))
	return p, err
}

// stepFragment is the inspector of a step.
func (s *Server) stepFragment(w http.ResponseWriter, r *http.Request) {
	state, err := s.loadFlowState(r.Context(), r.PathValue("slug"))
	var workshop *designer.Workshop
	if err == nil {
		workshop, err = s.workshop.get(r.Context())
	}
	if err != nil {
		s.pageFault(w, r, "showing a step", err)
		return
	}
	f := state.Checked.Flow
	graph := canvas.Build(f, workshop.Library, toldProblems(state.Checked))
	i, err := s.inspect(r.Context(), state, workshop, graph, r.PathValue("step"))
	if err != nil {
		s.pageFault(w, r, "showing a step", err)
		return
	}
	if i == nil {
		s.Render(w, r, http.StatusNotFound, faultNotice("The draft has no such step any more. Load the page again."))
		return
	}
	s.Render(w, r, http.StatusOK, inspector.Panel(i))
}

// historyFragment tells what was done to a flow.
func (s *Server) historyFragment(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	if _, err := s.store.Draft(r.Context(), slug); err != nil {
		s.pageFault(w, r, "reading the history of a flow", err)
		return
	}
	entries, err := s.store.History(r.Context(), slug, store.DefaultPage)
	if err != nil {
		s.pageFault(w, r, "reading the history of a flow", err)
		return
	}
	s.Render(w, r, http.StatusOK, historyView(entries))
}

// historyWords tells an entry in words.
func historyWords(e *store.HistoryEntry) string {
	names := map[string]string{
		"mode": "the mode", "deadline": "the deadline", "on_deadline": "what happens at the deadline",
		"on_disconnect": "what happens when a caller hangs up", "callers_choose": "whether callers may choose",
		"concurrency": "how many executions run at once",
	}
	if e.What == store.Publishing {
		return "published version " + e.To
	}
	if e.What == store.Moving {
		return fmt.Sprintf("changed the URL from /hooks/%s to /hooks/%s", e.From, e.To)
	}
	name, known := names[e.What]
	if !known {
		name = e.What
	}
	return fmt.Sprintf("changed %s from %s to %s", name, e.From, e.To)
}

// historyActor is who made a change.
func historyActor(e *store.HistoryEntry) string {
	if e.User == "" {
		return "A command on the server"
	}
	return e.User
}
