package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"redial/designer"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
)

// latestShown is how many executions the run panel lists.
const latestShown = 20

// runPanel is the drawer of a flow's page: what to test with, and what runs.
type runPanel struct {
	Payload *payload
	// Effects are the titles of the steps that a safe test does not perform.
	Effects []string
	// HasURL says that callers can give samples.
	HasURL bool
	Latest []flow.Execution
	// Graph is what scripts need to know of the flow.
	Graph runGraph
}

// runGraph is a flow as static/reducer.js wants it, with the words that the
// panel needs.
type runGraph struct {
	Slug   string               `json:"slug"`
	Steps  []runStep            `json:"steps"`
	Edges  []runEdge            `json:"edges"`
	Latest []runExecution       `json:"latest"`
	Words  map[string]runTitles `json:"words"`
}

type runStep struct {
	ID      string `json:"id"`
	OnError string `json:"onError,omitempty"`
	Around  string `json:"around,omitempty"`
}

type runEdge struct {
	From string `json:"from"`
	Port string `json:"port,omitempty"`
	To   string `json:"to"`
}

type runTitles struct {
	Title  string `json:"title"`
	Branch bool   `json:"branch,omitempty"`
}

// runExecution is an execution of the list.
type runExecution struct {
	ID      string      `json:"id"`
	Status  flow.Status `json:"status"`
	Test    bool        `json:"test"`
	Started time.Time   `json:"startedAt"`
	MS      *int64      `json:"ms"`
	Answer  int         `json:"answer,omitempty"` // its HTTP status
	Version int         `json:"version"`
}

func newRunExecution(e *flow.Execution) runExecution {
	row := runExecution{ID: e.ID, Status: e.Status, Test: e.Test, Started: e.StartedAt, Answer: e.AnswerStatus, Version: e.Version}
	if !e.EndedAt.IsZero() {
		ms := e.EndedAt.Sub(e.StartedAt).Round(time.Millisecond).Milliseconds() // as ui.Span rounds
		row.MS = &ms
	}
	return row
}

func (s *Server) newRunPanel(ctx context.Context, workshop *designer.Workshop, f *flow.Flow) (*runPanel, error) {
	panel := &runPanel{HasURL: f.Trigger.Uses == "webhook"}
	var err error
	if panel.Payload, err = s.testPayload(ctx, f); err != nil {
		return nil, err
	}
	if panel.Latest, _, err = s.store.Executions(ctx, store.ExecutionQuery{Flow: f.Slug, Limit: latestShown}); err != nil {
		return nil, err
	}
	for _, effectful := range designer.Effectful(f, workshop.Library) {
		panel.Effects = append(panel.Effects, workshop.Library.Title(effectful))
	}
	panel.Graph = newRunGraph(f, workshop.Library)
	for i := range panel.Latest {
		panel.Graph.Latest = append(panel.Graph.Latest, newRunExecution(&panel.Latest[i]))
	}
	return panel, nil
}

func newRunGraph(f *flow.Flow, library *step.Library) runGraph {
	g := runGraph{Slug: f.Slug, Steps: []runStep{}, Edges: []runEdge{}, Latest: []runExecution{}, Words: map[string]runTitles{}}
	g.add(&f.Body, "", library)
	return g
}

func (g *runGraph) add(body *flow.Body, around string, library *step.Library) {
	for i := range body.Steps {
		s := &body.Steps[i]
		g.Steps = append(g.Steps, runStep{s.ID, string(s.OnError), around})
		g.Words[s.ID] = runTitles{library.Title(s), s.Uses == "branch"}
		if s.Do != nil {
			g.add(s.Do, s.ID, library)
		}
	}
	for _, e := range body.Edges {
		g.Edges = append(g.Edges, runEdge{e.From, e.Port, e.To})
	}
}

// writePlain answers with JSON of what pages exchange with us, which holds
// texts and no values of flows.
func (s *Server) writePlain(w http.ResponseWriter, r *http.Request, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		s.Fail(w, r, "writing an answer", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	s.Write(w, data)
}
