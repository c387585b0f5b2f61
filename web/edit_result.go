package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"redial/designer"
	"redial/designer/canvas"
	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/inspector"
	"redial/web/reply"
)

// editResult tells a page what became of a draft, and what it has to change to
// show that. static/draft.js takes it.
type editResult struct {
	Revision int64  `json:"revision"`
	Label    string `json:"label"`
	Notice   string `json:"notice"`
	// Created are the steps that this edit made, or brought back.
	Created []string `json:"created"`
	// Renamed are new IDs of steps by those that the page knows.
	Renamed map[string]string `json:"renamed"`
	By      string            `json:"by"`
	// Undo and Redo are labels of what the person could undo and redo; nil:
	// nothing.
	Undo     *string         `json:"undo"`
	Redo     *string         `json:"redo"`
	Name     string          `json:"name"`
	Steps    int             `json:"steps"`
	Canvas   *canvas.Delta   `json:"canvas"`
	Problems resultProblems  `json:"problems"`
	Fields   []fieldProblem  `json:"fields"`
	State    flow.Object     `json:"state"`
	Graph    json.RawMessage `json:"graph"`
}

// resultProblems are the problems of the flow as its head shows them.
type resultProblems struct {
	HTML   string `json:"html"`
	Count  int    `json:"count"`
	Errors int    `json:"errors"`
	Word   string `json:"word"`
}

// fieldProblem is a problem at a field of a step; of the flow without a step.
type fieldProblem struct {
	Step     string        `json:"step"`
	Path     string        `json:"path"` // below the step
	Severity flow.Severity `json:"severity"`
	Message  string        `json:"message"`
	Start    int           `json:"start"`
	End      int           `json:"end"`
	Code     string        `json:"code"`
}

// shown is a revision of a draft as a page shows it; nil if that is not known.
func (s *Server) shown(ctx context.Context, desk *desk, slug string, revision int64) (*drawing, error) {
	if known := s.drawings.find(slug, revision); known != nil {
		return known, nil
	}
	draft, err := s.store.Draft(ctx, slug)
	if err != nil {
		return nil, err
	}
	if draft.Revision != revision {
		return nil, nil //nolint:nilnil // it is gone, and the page will be shown all
	}
	checked, err := s.checked.check(desk.workshop, draft)
	if err != nil {
		return nil, err
	}
	return s.drawings.draw(ctx, desk.workshop, slug, revision, checked)
}

// answerEdit completes a result with what a page that shows base needs to show a
// revision of a draft.
func (s *Server) answerEdit(
	w http.ResponseWriter, r *http.Request, desk *desk, base *drawing, revision int64, draft *designer.Draft, result *editResult,
) {
	ctx, slug := r.Context(), r.PathValue("slug")
	drawn, err := s.drawings.draw(ctx, desk.workshop, slug, revision, draft)
	if err != nil {
		s.Fail(w, r, "drawing a flow", err)
		return
	}
	state, err := s.flowStateOf(ctx, desk.workshop, &store.Draft{Slug: slug, Revision: revision}, draft)
	if err == nil {
		err = s.countCalls(ctx, state)
	}
	if err != nil {
		s.Fail(w, r, "reading the state of a flow", err)
		return
	}
	page := &flowPage{flowState: state, Slug: slug, Name: draft.Flow.Name, Graph: drawn.canvas.Graph}
	if result.Problems, err = newResultProblems(ctx, page); err == nil {
		result.Undo, result.Redo, err = s.takeBacks(ctx, slug)
	}
	if err != nil {
		s.Fail(w, r, "describing a flow", err)
		return
	}
	result.Revision, result.Name, result.Steps = revision, draft.Flow.Name, countSteps(draft.Flow)
	if result.Name == "" {
		result.Name = slug
	}
	result.Canvas, result.Graph = drawn.since(base)
	result.Fields, result.State = newFieldProblems(draft.Problems), state.object()
	if result.Created == nil {
		result.Created = []string{}
	}
	if result.Renamed == nil {
		result.Renamed = map[string]string{}
	}
	s.writeEditResult(w, r, result)
}

// writeEditResult writes HTML within JSON as it is: pages parse it as JSON, and
// escapes would make it half as long again.
func (s *Server) writeEditResult(w http.ResponseWriter, r *http.Request, result *editResult) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		s.Fail(w, r, "writing an answer", err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	s.Write(w, body.Bytes())
}

func newResultProblems(ctx context.Context, page *flowPage) (resultProblems, error) {
	var html strings.Builder
	err := problemList(page, page.Sorted()).Render(ctx, &html)
	return resultProblems{
		HTML: html.String(), Count: len(page.Told()), Errors: page.Errors(), Word: page.ProblemsWord(),
	}, err
}

func newFieldProblems(problems []flow.Problem) []fieldProblem {
	fields := make([]fieldProblem, len(problems))
	for i := range problems {
		p := &problems[i]
		fields[i] = fieldProblem{
			Step: p.Step, Path: inspector.FieldPath(p), Severity: p.Severity, Message: reply.Sentence(p.Message),
			Start: p.Start, End: p.End, Code: p.Code,
		}
	}
	return fields
}

// takeBacks are the labels of what who asks could undo and redo.
func (s *Server) takeBacks(ctx context.Context, slug string) (undo, redo *string, err error) {
	label := func(e *store.Edit, err error) (*string, error) {
		if errors.Is(err, engine.ErrNotFound) {
			return nil, nil //nolint:nilnil // there is nothing
		}
		if err != nil {
			return nil, err
		}
		return &e.Label, nil
	}
	if undo, err = label(s.store.LastUndoable(ctx, slug, actor(ctx))); err != nil {
		return nil, nil, err
	}
	redo, err = label(s.store.LastRedoable(ctx, slug, actor(ctx)))
	return undo, redo, err
}
