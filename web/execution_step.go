package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/web/reply"
)

// stepView is what happened to one step in one round.
type stepView struct {
	Execution *flow.Execution
	ID        string
	Title     string
	Uses      string
	Round     string // as addresses name it: "", "4", "1.4"
	Run       *stepRun
	Input     *valueView
	Output    *valueView
	Attempts  []attemptView
	Reasons   []step.Explanation // of a branch
	Answer    *callerView        // that a respond step gave; nil: none
	NotSent   bool               // it came after another answer
	Undecided bool
	Held      bool // with its execution: the server has died each time it went on
	Simulated bool
	Pinned    bool   // a test took what is pinned to it
	Reused    string // ID of the execution whose output was taken
	Items     int
	Until     time.Time
	RunFrom   bool // the execution can be run again from here
	Unknown   bool // it has not come up
	Request   *flow.Request
}

// valueView is a value on the page.
type valueView struct {
	Tree  *valueNode
	Whole bool
	Path  string // address of all of it
}

// attemptView is one attempt of a step: the calls it made, and why it failed.
type attemptView struct {
	Number    int
	At        time.Time
	Failure   *flow.Failure
	Until     time.Time // when the next one was made
	Exchanges []flow.Exchange
}

// maxHints bounds how many events an address may name.
const maxHints = 64

// executionStep is the detail of a step: what went in and came out, what went
// over the wire, and how its attempts went.
func (s *Server) executionStep(w http.ResponseWriter, r *http.Request) {
	view, err := s.stepView(r)
	if err != nil {
		s.pageFault(w, r, "showing a step", err)
		return
	}
	s.Render(w, r, http.StatusOK, stepDetailView(view))
}

// executionValue is the whole input or output of a step, as JSON.
func (s *Server) executionValue(w http.ResponseWriter, r *http.Request) {
	value, err := s.stepValue(r)
	if err != nil {
		s.Fail(w, r, "reading a value of a step", err)
		return
	}
	reply.GuardAnswer(w.Header())
	plain, err := flow.EncodeJSON(value)
	if err == nil {
		var indented []byte
		if indented, err = indentedJSON(plain); err == nil {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			s.Write(w, indented)
			return
		}
	}
	s.Fail(w, r, "writing a value of a step", err)
}

func (s *Server) stepValue(r *http.Request) (any, error) {
	id, name := r.PathValue("id"), r.PathValue("step")
	if name == flow.TriggerID {
		request, err := s.store.Request(r.Context(), id)
		if err != nil {
			return nil, err
		}
		return requestValue(request), nil
	}
	events, err := s.stepEvents(r.Context(), id, name, r.URL.Query().Get("round"), r.URL.Query().Get("events"))
	if err != nil {
		return nil, err
	}
	run := foldRun(events)
	switch r.PathValue("part") {
	case "input":
		return run.Input, nil
	case "output":
		return run.Output, nil
	default:
		return nil, engine.ErrNotFound
	}
}

func (s *Server) stepView(r *http.Request) (*stepView, error) {
	ctx, id, name := r.Context(), r.PathValue("id"), r.PathValue("step")
	x, err := s.store.Execution(ctx, id)
	if err != nil {
		return nil, err
	}
	v := &stepView{Execution: x, ID: name, Title: "Trigger", Round: r.URL.Query().Get("round")}
	if name == flow.TriggerID {
		if v.Request, err = s.store.Request(ctx, id); err != nil {
			return nil, err
		}
		v.Input = newValueView(requestValue(v.Request), r, "input")
		return v, nil
	}
	f, library, err := s.frozenFlow(ctx, x.VersionID)
	if err != nil {
		return nil, err
	}
	def := findStep(&f.Body, name)
	if def == nil {
		return nil, engine.ErrNotFound
	}
	v.Title, v.Uses = library.Title(def), def.Uses
	_, v.RunFrom = f.Step(name)
	v.RunFrom = v.RunFrom && x.Status.Ended()
	events, err := s.stepEvents(ctx, id, name, v.Round, r.URL.Query().Get("events"))
	if err != nil {
		return nil, err
	}
	if v.Unknown = len(events) == 0; v.Unknown {
		return v, nil
	}
	v.read(events, r)
	v.Reasons = s.reasons(ctx, x, v)
	if err := s.respondedWith(ctx, x, v); err != nil {
		return nil, err
	}
	if v.Held, err = s.hooks.HeldBack(ctx, x); err != nil {
		return nil, err
	}
	undecided, err := s.engine.Undecided(ctx, id)
	v.Undecided = slices.ContainsFunc(undecided, func(u engine.Undecided) bool {
		return u.Step == name && roundText(u.Iteration) == v.Round
	})
	return v, err
}

// respondedWith reads what a respond step has answered, as its output says but
// whether that was sent.
func (s *Server) respondedWith(ctx context.Context, x *flow.Execution, v *stepView) error {
	output, _ := flow.Plain(v.Run.Output).(map[string]any)
	if v.Uses != "respond" || output == nil || v.Pinned || v.Reused != "" {
		return nil
	}
	if sent, _ := output["sent"].(bool); !sent {
		v.NotSent = true
		return nil
	}
	answer, err := s.store.Answer(ctx, x.ID)
	if errors.Is(err, engine.ErrNotFound) {
		return nil // retention has dropped it
	}
	if err == nil {
		v.Answer = &callerView{Whole: true}
		v.Answer.show(answer)
	}
	return err
}

// noInput says why there is none to be seen; empty: the step is of a kind that has
// no input, or did not run.
func (v *stepView) noInput() string {
	switch {
	case v.Pinned, v.Reused != "":
		return ""
	case v.Run.Error != nil && v.Run.Error.Code != flow.FailedByFlow:
		return "It failed before any input was kept. The error says why."
	case strings.Contains(v.Uses, "/"):
		return "It takes no input."
	default:
		return ""
	}
}

// maxExplained is up to how many events an execution's branches are explained:
// for that, its events are folded anew.
const maxExplained = 20_000

// reasons are why a branch went where it went, as far as that can be told.
func (s *Server) reasons(ctx context.Context, x *flow.Execution, v *stepView) []step.Explanation {
	iteration, ok := readRound(v.Round)
	if !ok || x.LastSeq > maxExplained || v.Run.Status == string(flow.StepSkipped) {
		return nil
	}
	reasons, err := s.engine.Explain(ctx, x.ID, v.ID, iteration)
	if err != nil {
		return nil // the rest of the detail is worth seeing without
	}
	return reasons
}

func findStep(body *flow.Body, id string) *flow.Step {
	for step := range body.All {
		if step.ID == id {
			return step
		}
	}
	return nil
}

func foldRun(events []flow.Event) *stepRun {
	run := &stepRun{Status: string(flow.Running)}
	for i := range events {
		run.add(&events[i])
	}
	return run
}

func (v *stepView) read(events []flow.Event, r *http.Request) {
	v.Run = foldRun(events)
	v.Input = newValueView(v.Run.Input, r, "input")
	if v.Run.EndedAt != nil && v.Run.Error == nil {
		v.Output = newValueView(v.Run.Output, r, "output")
	}
	number, at := 1, time.Time{}
	for i := range events {
		e := &events[i]
		switch e.Type {
		case flow.StepStarted:
			v.Items, v.Until = e.Items, e.Until
			number, at = max(1, e.Attempt), e.At
		case flow.StepRetrying:
			v.retries(e, number, at)
			number, at = e.Attempt+1, e.Until
		case flow.StepFinished:
			v.Simulated, v.Pinned, v.Reused = e.Simulated, e.Pinned, e.Reused
			if len(v.Attempts) > 0 || len(e.Exchanges) > 0 {
				v.Attempts = append(v.Attempts, attemptView{number, at, e.Failure, time.Time{}, e.Exchanges})
			}
		case flow.ExecutionStarted, flow.ResponseStored, flow.ExecutionFinished:
		}
	}
	slices.Reverse(v.Attempts) // the last one explains the outcome
}

// retries adds the attempt that another one follows. One with which the execution
// had failed is among them already, if its calls are known.
func (v *stepView) retries(e *flow.Event, number int, at time.Time) {
	if last := len(v.Attempts) - 1; e.Resumed && last >= 0 && v.Attempts[last].Number == number {
		v.Attempts[last].Until = e.Until
		return
	}
	v.Attempts = append(v.Attempts, attemptView{number, at, e.Failure, e.Until, e.Exchanges})
}

func newValueView(value any, r *http.Request, part string) *valueView {
	if value == nil {
		return nil
	}
	tree, whole := newValueTree(value)
	path := "/executions/" + r.PathValue("id") + "/steps/" + r.PathValue("step") + "/" + part
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.Query().Encode()
	}
	return &valueView{tree, whole, path}
}

// stepEvents are the events of one step in one round. hint names the numbers
// that the page has seen, so that the log of a long execution need not be read
// whole; without it, it is.
func (s *Server) stepEvents(ctx context.Context, id, name, round, hint string) ([]flow.Event, error) {
	foreign := func(e flow.Event) bool { return e.Step != name || roundText(e.Iteration) != round }
	if hint == "" {
		events, err := s.store.Events(ctx, id, 0, 0)
		return slices.DeleteFunc(events, foreign), err
	}
	var found []flow.Event
	for i, text := range strings.Split(hint, ",") {
		seq, ok := eventNumber(text)
		if !ok || i >= maxHints {
			break // a hint is only a hint
		}
		events, err := s.store.Events(ctx, id, seq-1, 1)
		if err != nil {
			return nil, err
		}
		found = append(found, events...)
	}
	return slices.DeleteFunc(found, foreign), nil
}

// roundText is a round as addresses and the reducer of events name it.
func roundText(iteration []int) string {
	parts := make([]string, len(iteration))
	for i, n := range iteration {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ".")
}

// roundWords is a round as people count: from 1.
func roundWords(round string) string {
	parts := strings.Split(round, ".")
	for i, part := range parts {
		if n, err := strconv.Atoi(part); err == nil {
			parts[i] = strconv.Itoa(n + 1)
		}
	}
	return strings.Join(parts, ".")
}

func requestValue(request *flow.Request) map[string]any {
	return map[string]any{
		"method": request.Method, "path": request.Path, "query": mapValue(request.Query),
		"headers": mapValue(request.Headers), "body": request.Body, "receivedAt": request.ReceivedAt,
	}
}

func mapValue(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

func indentedJSON(data []byte) ([]byte, error) {
	var value json.RawMessage = data
	return json.MarshalIndent(value, "", "  ")
}

// eventNumber reads the number of an event.
func eventNumber(text string) (seq int64, ok bool) {
	seq, err := strconv.ParseInt(text, 10, 64)
	return seq, err == nil && seq > 0
}
