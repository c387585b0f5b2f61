package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"redial/designer/canvas"
	"redial/engine"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
)

// eventsInPage is up to how many events come with the page itself, so that it
// is complete at first sight. More are loaded by its script.
const eventsInPage = 1500

// executionPageView is the page of an execution.
type executionPageView struct {
	Row       executionRow
	Place     int // in the queue; 0: it does not wait for its turn
	Caller    *callerView
	Callback  *callbackView // nil: nobody is called back
	Undecided []engine.Undecided
	Held      bool              // the server has died each time it went on
	Titles    map[string]string // of steps, by ID
	Canvas    templ.Component
	Data      executionData
	FlowThere bool // the flow was not deleted
}

// executionData is what the page's script starts from.
type executionData struct {
	ID        string             `json:"id"`
	Status    flow.Status        `json:"status"`
	StartedAt time.Time          `json:"startedAt"`
	Now       time.Time          `json:"now"`      // here, for browsers whose clock is off
	Deadline  float64            `json:"deadline"` // after the start, in milliseconds; 0: nobody waits
	LastSeq   int64              `json:"lastSeq"`
	Events    []json.RawMessage  `json:"events"` // nil: to be loaded
	Graph     graphData          `json:"graph"`
	Undecided []engine.Undecided `json:"undecided"`
}

// graphData is the flow as the reducer of events knows it.
type graphData struct {
	Steps []graphStep `json:"steps"`
	Edges []graphEdge `json:"edges"`
}

type graphStep struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Kind    string `json:"kind"`
	OnError string `json:"onError,omitempty"`
	Around  string `json:"around,omitempty"`
	Depth   int    `json:"depth"`
}

type graphEdge struct {
	From string `json:"from"`
	Port string `json:"port,omitempty"`
	To   string `json:"to"`
}

// showExecution shows an execution to who is signed in and wants a page. For others it
// does nothing and is false.
func (s *Server) showExecution(w http.ResponseWriter, r *http.Request) bool {
	if !wantsPage(r) {
		return false
	}
	name, err := s.sessionName(r)
	if err != nil || name == "" {
		return false
	}
	s.page(s.executionPage).ServeHTTP(w, r)
	return true
}

// executionPage shows an execution to a person.
func (s *Server) executionPage(w http.ResponseWriter, r *http.Request) {
	view, err := s.executionView(r.Context(), r.PathValue("id"), true)
	if err != nil {
		s.pageFault(w, r, "showing an execution", err)
		return
	}
	s.Render(w, r, http.StatusOK, executionView(view))
}

// executionSummary is what of the page changes while the execution goes on,
// beside what follows from its events.
func (s *Server) executionSummary(w http.ResponseWriter, r *http.Request) {
	view, err := s.executionView(r.Context(), r.PathValue("id"), false)
	if err != nil {
		s.pageFault(w, r, "showing an execution", err)
		return
	}
	s.Render(w, r, http.StatusOK, executionSummaryView(view))
}

// executionAnswer is what the caller of an execution was told, for people.
func (s *Server) executionAnswer(w http.ResponseWriter, r *http.Request) {
	x, err := s.store.Execution(r.Context(), r.PathValue("id"))
	var caller *callerView
	if err == nil {
		caller, err = s.callerOf(r.Context(), x, time.Now())
	}
	if err != nil {
		s.pageFault(w, r, "showing an answer", err)
		return
	}
	s.Render(w, r, http.StatusOK, storedAnswer(x.ID, caller))
}

// executionView reads what the page shows; whole includes the canvas and the
// events.
func (s *Server) executionView(ctx context.Context, id string, whole bool) (*executionPageView, error) {
	x, err := s.store.Execution(ctx, id)
	if err != nil {
		return nil, err
	}
	f, library, err := s.frozenFlow(ctx, x.VersionID)
	if err != nil {
		return nil, err
	}
	view := &executionPageView{Titles: map[string]string{}}
	view.Undecided, err = s.engine.Undecided(ctx, id)
	if err != nil {
		return nil, err
	}
	if view.Held, err = s.hooks.HeldBack(ctx, x); err != nil {
		return nil, err
	}
	now := time.Now()
	if view.Caller, err = s.callerOf(ctx, x, now); err != nil {
		return nil, err
	}
	if view.Callback, err = s.callbackLog(ctx, id); err != nil {
		return nil, err
	}
	view.Row = newExecutionRow(x, orText(f.Name, x.Flow), now)
	view.Place = s.hooks.Place(x)
	_, err = s.store.Draft(ctx, x.Flow)
	view.FlowThere = err == nil
	for step := range f.All {
		view.Titles[step.ID] = library.Title(step)
	}
	if !whole {
		return view, nil
	}
	graph := canvas.Build(f, library, nil)
	view.Canvas = canvas.View(graph, canvas.Options{Link: func(string) string { return "#side" }, ReadOnly: true})
	view.Data = executionData{
		ID: x.ID, Status: x.Status, StartedAt: x.StartedAt, Now: now, LastSeq: x.LastSeq,
		Graph: newGraphData(f, graph), Undecided: view.Undecided,
	}
	if x.Mode == flow.Sync && !x.Test && x.Parent == "" {
		view.Data.Deadline = float64(time.Duration(x.Settings.Deadline)) / float64(time.Millisecond)
	}
	if x.LastSeq <= eventsInPage {
		view.Data.Events, err = s.publicEvents(ctx, id)
	}
	return view, err
}

func (s *Server) publicEvents(ctx context.Context, id string) ([]json.RawMessage, error) {
	events, err := s.store.Outline(ctx, id, 0, eventsInPage)
	if err != nil {
		return nil, err
	}
	list := make([]json.RawMessage, len(events))
	for i := range events {
		if list[i], err = events[i].Public(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// frozenFlow is the flow that an execution ran, with the components that were
// frozen with it.
func (s *Server) frozenFlow(ctx context.Context, versionID int64) (*flow.Flow, *step.Library, error) {
	f, err := s.engine.Flow(ctx, versionID)
	if err != nil {
		return nil, nil, fmt.Errorf("loading version %d: %w", versionID, err)
	}
	version, err := s.store.Version(ctx, versionID)
	if err != nil {
		return nil, nil, err
	}
	components := make([]*component.Component, 0, len(version.Components))
	for _, manifest := range version.Components {
		parsed, problems := component.Parse(manifest.Source)
		if flow.HasErrors(problems) {
			return nil, nil, fmt.Errorf("reading the manifest of %s: %s", manifest.Name, problems[0].Message)
		}
		components = append(components, parsed)
	}
	return f, s.workshop.base.With(component.NewCatalogue(components...)), nil
}

func newGraphData(f *flow.Flow, graph *canvas.Graph) graphData {
	var data graphData
	modes := map[string]flow.ErrorMode{}
	for step := range f.All {
		modes[step.ID] = step.OnError
	}
	for _, card := range graph.Cards {
		if card.Trigger {
			continue
		}
		node := graphStep{ID: card.ID, Title: card.Title, Kind: card.Kind, OnError: string(modes[card.ID]), Depth: card.Depth}
		if card.Parent != nil {
			node.Around = card.Parent.ID
		}
		data.Steps = append(data.Steps, node)
	}
	data.add(&f.Body)
	return data
}

func (g *graphData) add(body *flow.Body) {
	for _, edge := range body.Edges {
		g.Edges = append(g.Edges, graphEdge{From: edge.From, Port: edge.Port, To: edge.To})
	}
	for i := range body.Steps {
		if inner := body.Steps[i].Do; inner != nil {
			g.add(inner)
		}
	}
}

// title is what people call a step.
func (v *executionPageView) title(id string) string { return orText(v.Titles[id], id) }
