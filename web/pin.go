package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/inspector"
	"redial/web/reply"
)

// pinnedOutputs are the outputs that are pinned to steps of a flow's draft, by
// step. Only tests use them.
func (s *Server) pinnedOutputs(ctx context.Context, slug string) (map[string]any, error) {
	pins, err := s.store.Pins(ctx, slug)
	if err != nil {
		return nil, err
	}
	return outputsOf(slug, pins)
}

// outputsOf are the outputs of pins, by step.
func outputsOf(slug string, pins []store.Pin) (_ map[string]any, err error) {
	outputs := make(map[string]any, len(pins))
	for i := range pins {
		if outputs[pins[i].Step], err = flow.DecodeJSON(pins[i].Output); err != nil {
			return nil, fmt.Errorf("reading what is pinned to step %s of flow %s: %w", pins[i].Step, slug, err)
		}
	}
	return outputs, nil
}

// getPin answers with what is pinned to a step.
func (s *Server) getPin(w http.ResponseWriter, r *http.Request) {
	pin, err := s.store.Pin(r.Context(), r.PathValue("slug"), r.PathValue("step"))
	if err != nil {
		s.Fail(w, r, "reading a pin", err)
		return
	}
	value, err := flow.DecodeJSON(pin.Output)
	if err != nil {
		s.Fail(w, r, "reading a pin", err)
		return
	}
	s.WriteJSON(w, http.StatusOK, flow.Object{
		{Name: "output", Value: value}, {Name: "text", Value: inspector.Pretty(value)},
		{Name: "at", Value: pin.At.UTC().Format(time.RFC3339Nano)}, {Name: "user", Value: pin.User},
	})
}

// putPin pins an output to a step of the draft: the JSON of the body or, with
// ?execution=ID&round=…, what the step put out there.
func (s *Server) putPin(w http.ResponseWriter, r *http.Request) {
	slug, id := r.PathValue("slug"), r.PathValue("step")
	data, ok := s.readAll(w, r, store.MaxPinBytes)
	if !ok {
		return
	}
	if err := s.pinnable(r.Context(), slug, id); err != nil {
		s.refusePin(w, r, err)
		return
	}
	output, err := s.outputToPin(r, data)
	if err == nil {
		data, err = flow.EncodeExact(output)
	}
	if err == nil {
		err = s.store.PutPin(r.Context(), slug, store.Pin{Step: id, Output: data, User: actor(r.Context())})
	}
	if err != nil {
		s.refusePin(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// deletePin unpins a step. One that has nothing pinned to it stays as it is.
func (s *Server) deletePin(w http.ResponseWriter, r *http.Request) {
	if err := s.store.DeletePins(r.Context(), r.PathValue("slug"), r.PathValue("step")); err != nil {
		s.Fail(w, r, "unpinning a step", err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// pinError is why something cannot be pinned, for the person who asked.
type pinError struct{ message string }

func (e *pinError) Error() string { return e.message }

func (s *Server) refusePin(w http.ResponseWriter, r *http.Request, err error) {
	var refused *designer.NotRunnable
	var wrong *pinError
	switch {
	case errors.As(err, &refused):
		s.Problem(w, r, &reply.Problem{Type: "invalid", Step: refused.Step, Detail: refused.Message})
	case errors.As(err, &wrong):
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(wrong.message)})
	case errors.Is(err, store.ErrPinTooLarge):
		s.Problem(w, r, &reply.Problem{Type: "body-too-large", Detail: reply.Sentence(store.ErrPinTooLarge.Error())})
	default:
		s.Fail(w, r, "pinning an output", err)
	}
}

// pinnable says why nothing can be pinned to a step of a draft.
func (s *Server) pinnable(ctx context.Context, slug, id string) error {
	state, err := s.loadFlowState(ctx, slug)
	if err != nil {
		return err
	}
	def := findStep(&state.Checked.Flow.Body, id)
	if def == nil {
		return engine.ErrNotFound
	}
	return designer.Pinnable(def)
}

func (s *Server) outputToPin(r *http.Request, data []byte) (any, error) {
	execution := r.URL.Query().Get("execution")
	if execution == "" {
		output, err := flow.DecodeJSON(data)
		if err != nil {
			return nil, &pinError{"this is not JSON: " + err.Error()}
		}
		return output, nil
	}
	record, err := s.store.Execution(r.Context(), execution)
	if err != nil {
		return nil, err
	}
	if record.Flow != r.PathValue("slug") {
		return nil, engine.ErrNotFound
	}
	id, round := r.PathValue("step"), r.URL.Query().Get("round")
	log, large := int64(latestLog), false
	events, err := s.store.Endings(r.Context(), execution, maxExplained, &log, func(e *flow.Event, bytes int) bool {
		if e.Step != id || roundText(e.Iteration) != round {
			return false
		}
		large = large || bytes > 2*store.MaxPinBytes // the log writes some values longer
		return !large
	})
	switch {
	case err != nil:
		return nil, err
	case large:
		return nil, store.ErrPinTooLarge
	}
	for i := range events {
		e := &events[i]
		if e.Step == id && roundText(e.Iteration) == round && e.Type == flow.StepFinished && e.Outcome == flow.StepSucceeded {
			return e.Output, nil
		}
	}
	return nil, &pinError{"the step put nothing out in this run, so there is nothing to pin"}
}
