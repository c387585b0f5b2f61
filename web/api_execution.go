package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/hook"
	"redial/web/reply"
)

func (s *Server) listExecutions(w http.ResponseWriter, r *http.Request) {
	limit, ok := s.limit(w, r)
	if !ok {
		return
	}
	query := r.URL.Query()
	if status := query.Get("status"); status != "" && !flow.Status(status).Valid() {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: fmt.Sprintf("%.40q is not a status of executions; there are queued, running, waiting, succeeded, failed, canceled and needs_attention.", status)})
		return
	}
	executions, next, err := s.store.Executions(r.Context(), store.ExecutionQuery{
		Flow: query.Get("flow"), Status: flow.Status(query.Get("status")), After: query.Get("after"), Limit: limit,
	})
	if err != nil {
		s.Fail(w, r, "listing executions", err)
		return
	}
	items := make([]flow.Object, len(executions))
	for i := range executions {
		items[i] = hook.Status(&executions[i])
	}
	s.WriteJSON(w, http.StatusOK, page(items, next))
}

// getExecution answers with an execution and its steps.
func (s *Server) getExecution(w http.ResponseWriter, r *http.Request) {
	record, ok := s.hooks.Execution(w, r)
	if !ok {
		return
	}
	request, err := s.store.Request(r.Context(), record.ID)
	if err != nil {
		s.Fail(w, r, "reading the request of an execution", err)
		return
	}
	events, err := s.store.Events(r.Context(), record.ID, 0, 0)
	if err != nil {
		s.Fail(w, r, "reading the events of an execution", err)
		return
	}
	callback, err := s.callbackLog(r.Context(), record.ID)
	if err != nil {
		s.Fail(w, r, "reading the callback of an execution", err)
		return
	}
	body := append(s.hooks.WithPlace(record, hook.Status(record)),
		flow.Field{Name: "settings", Value: record.Settings},
		flow.Field{Name: "trigger", Value: request},
		flow.Field{Name: "steps", Value: stepRuns(record.Status, events)},
	)
	if callback != nil {
		body = append(body, flow.Field{Name: "callback", Value: callback.object()})
	}
	s.WriteJSON(w, http.StatusOK, body)
}

// stepRun is what happened to one step of an execution.
type stepRun struct {
	Step      string          `json:"step"`
	Iteration []int           `json:"iteration,omitempty"`
	Status    string          `json:"status"` // running, needs_attention, or the outcome
	Attempts  int             `json:"attempts,omitempty"`
	StartedAt any             `json:"startedAt"`
	EndedAt   any             `json:"endedAt"`
	MS        *float64        `json:"ms,omitempty"`
	Port      string          `json:"port,omitempty"`
	Input     any             `json:"input"`
	Output    any             `json:"output"`
	Error     *flow.Failure   `json:"error,omitempty"`
	Retries   []*flow.Failure `json:"retries,omitempty"`
	Child     string          `json:"child,omitempty"`

	holds bool // it waits, or has inner steps
}

// stepRuns folds events to one entry a step and round, in the order in which
// they came up. Where an execution needs attention, no call is under way any
// more: what had begun and does not wait is what a person has to decide about.
func stepRuns(status flow.Status, events []flow.Event) []*stepRun {
	runs := []*stepRun{}
	known := map[string]*stepRun{}
	for i := range events {
		e := &events[i]
		if e.Step == "" {
			continue
		}
		key := fmt.Sprint(e.Step, e.Iteration)
		run := known[key]
		if run == nil {
			run = &stepRun{Step: e.Step, Iteration: e.Iteration, Status: "running"}
			known[key] = run
			runs = append(runs, run)
		}
		run.add(e)
		if e.Resumed {
			goOnAround(runs, e)
		}
	}
	for _, run := range runs {
		if status == flow.NeedsAttention && run.Status == "running" && !run.holds {
			run.Status = string(flow.NeedsAttention)
		}
	}
	return runs
}

// goOnAround puts the each steps under way again that had failed with a step at
// which the execution is reopened.
func goOnAround(runs []*stepRun, e *flow.Event) {
	for _, run := range runs {
		if cause := run.Error; cause != nil && run.Step != e.Step && cause.Step == e.Step && slices.Equal(cause.Iteration, e.Iteration) {
			run.goOn()
		}
	}
}

// goOn takes back how the step had ended.
func (r *stepRun) goOn() {
	r.Status, r.EndedAt, r.MS, r.Port, r.Output, r.Error = "running", nil, nil, "", nil, nil
}

func (r *stepRun) add(e *flow.Event) {
	switch e.Type {
	case flow.StepStarted:
		if r.StartedAt == nil {
			r.StartedAt = e.At
		}
		r.Attempts, r.Input, r.Child = e.Attempt, e.Input, e.Child
		r.holds = e.Items > 0 || !e.Until.IsZero()
	case flow.StepRetrying:
		if e.Resumed {
			r.goOn()
		}
		r.Retries = append(r.Retries, e.Failure)
	case flow.StepFinished:
		r.Status, r.Port, r.Output, r.Error, r.EndedAt = string(e.Outcome), e.Port, e.Output, e.Failure, e.At
		if e.Outcome != flow.StepSkipped && !e.Taken() {
			ms := float64(e.Duration.Microseconds()) / 1000
			r.MS = &ms
		}
	case flow.ExecutionStarted, flow.ResponseStored, flow.ExecutionFinished:
	}
}

// listEvents answers with the events after a number, the same that a socket
// sends.
func (s *Server) listEvents(w http.ResponseWriter, r *http.Request) {
	record, ok := s.hooks.Execution(w, r)
	if !ok {
		return
	}
	after, ok := s.after(w, r)
	if !ok {
		return
	}
	limit, ok := s.eventLimit(w, r)
	if !ok {
		return
	}
	events, err := s.store.Outline(r.Context(), record.ID, after, limit)
	if err != nil {
		s.Fail(w, r, "reading events", err)
		return
	}
	items := make([]json.RawMessage, len(events))
	for i := range events {
		if items[i], err = events[i].Public(); err != nil {
			s.Fail(w, r, "writing events", err)
			return
		}
	}
	s.WriteJSON(w, http.StatusOK, map[string]any{"events": items})
}

// after reads the `after` of events; 0 if there is none.
func (s *Server) after(w http.ResponseWriter, r *http.Request) (int64, bool) {
	text := r.URL.Query().Get("after")
	if text == "" {
		return 0, true
	}
	after, err := strconv.ParseInt(text, 10, 64)
	if err != nil || after < 0 {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "after is the number of an event."})
		return 0, false
	}
	return after, true
}

// eventLimit reads the `limit` of events; 0, which is all, if there is none.
func (s *Server) eventLimit(w http.ResponseWriter, r *http.Request) (int, bool) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 0, true
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "limit is how many events are wanted at most, 1 or more."})
		return 0, false
	}
	return limit, true
}

// rerunExecution starts a new execution of the same call.
func (s *Server) rerunExecution(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object, "from") {
		return
	}
	from, isText := object["from"].(string)
	if object["from"] != nil && !isText {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: "from is the ID of a step."})
		return
	}
	handle, err := s.engine.Rerun(r.Context(), r.PathValue("id"), from)
	if err != nil {
		s.Refuse(w, r, "running an execution again", err)
		return
	}
	s.writeStarted(w, r, handle)
}

// resumeExecution takes a person's decision about a step that was cut off.
func (s *Server) resumeExecution(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object, "step", "decision", "iteration") {
		return
	}
	step, _ := object["step"].(string)
	decision, _ := object["decision"].(string)
	iteration, ok := indices(object["iteration"])
	if step == "" || !ok {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: "Give the ID of the step, the decision (retry, skip or fail) and, for a step within an each, its iteration."})
		return
	}
	if err := s.engine.Decide(r.Context(), r.PathValue("id"), step, iteration, engine.Decision(decision)); err != nil {
		s.Refuse(w, r, "deciding about a step", err)
		return
	}
	if record, ok := s.hooks.Execution(w, r); ok {
		s.WriteJSON(w, http.StatusOK, hook.Status(record))
	}
}

// indices reads an iteration: a number, or a list of them.
func indices(value any) ([]int, bool) {
	switch v := value.(type) {
	case nil:
		return nil, true
	case int64:
		return []int{int(v)}, true
	case []any:
		list := make([]int, len(v))
		for i, item := range v {
			n, ok := item.(int64)
			if !ok {
				return nil, false
			}
			list[i] = int(n)
		}
		return list, true
	default:
		return nil, false
	}
}
