package hook

import (
	"context"
	"errors"
	"net/http"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/web/header"
	"redial/web/reply"
)

// followedExecution is the execution of the path, for those who may follow it:
// read its status and its answer, and cancel it. To others it is not there.
func (s *Server) followedExecution(w http.ResponseWriter, r *http.Request) (*flow.Execution, bool) {
	record, dropped, err := s.thereOrDropped(r)
	may := false
	if record != nil && err == nil {
		may, err = s.mayFollow(r, record)
	}
	switch {
	case err == nil && !may:
		s.Problem(w, r, NoExecution())
	case err != nil:
		s.Fail(w, r, "reading an execution", err)
	case dropped != nil:
		s.tellDropped(w, r, dropped)
	default:
		return record, true
	}
	return nil, false
}

// mayFollow reports whether somebody may follow an execution: whoever may call
// its flow and has the ID, or has a session or an API token.
func (s *Server) mayFollow(r *http.Request, record *flow.Execution) (bool, error) {
	may, err := s.callerMayFollow(r, record)
	if may || err != nil {
		return may, err
	}
	name, trusted, err := s.identify(r)
	return name != "" && trusted, err
}

// callerMayFollow reports whether the credential of a call lets somebody follow
// an execution. What is published now decides. Where that asks for none, or
// nothing is published, the version that ran does: an ID that was given out to
// those with a credential is not enough by itself later.
func (s *Server) callerMayFollow(r *http.Request, record *flow.Execution) (bool, error) {
	published, trigger, refusal := s.find(r.Context(), record.Flow)
	if refusal != nil && refusal.Type != "not-found" {
		return false, nil
	}
	if (trigger == nil || trigger.Auth.Open()) && (published == nil || published.Version.ID != record.VersionID) {
		ran, ok := s.TriggerOf(r.Context(), record.VersionID)
		if !ok {
			return false, r.Context().Err()
		}
		if trigger == nil || ran != nil {
			trigger = ran
		}
	}
	if trigger == nil {
		return false, nil // nobody calls the flow by a URL
	}
	return s.mayAsk(r, trigger), nil
}

// mayAsk reports whether a request without a body comes from somebody who may
// call a hook.
func (s *Server) mayAsk(r *http.Request, trigger *step.Webhook) bool {
	guard, refusal := s.guardOf(r.Context(), trigger.Auth)
	if refusal != nil {
		return false
	}
	return guard == nil || guard.AdmitFollower(seen(r), time.Now()) == nil
}

// TriggerOf is the trigger of a version; nil for one without a URL. ok is false if
// the version cannot be read.
func (s *Server) TriggerOf(ctx context.Context, versionID int64) (webhook *step.Webhook, ok bool) {
	trigger, err := s.engine.Trigger(ctx, versionID)
	if err != nil {
		s.Logger.Debug("the trigger of a version could not be read", "version", versionID, "error", err)
		return nil, false
	}
	webhook, _ = trigger.(*step.Webhook)
	return webhook, true
}

// followByKey finds the execution of a key for those who may follow it.
func (s *Server) followByKey(r *http.Request, slug, key string) (string, error) {
	found, err := s.store.CallKey(r.Context(), slug, "", key)
	if err != nil {
		return "", err
	}
	record, err := s.store.Execution(r.Context(), found.Execution)
	if err != nil {
		return "", err
	}
	may, err := s.mayFollow(r, record)
	if err == nil && !may {
		err = engine.ErrNotFound
	}
	return record.ID, err
}

// ExecutionOfKey finds the execution of a key, for callers who have lost its ID.
func (s *Server) ExecutionOfKey(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	key, ok := header.ParseKey(query.Get("idempotency-key"))
	if !ok || len(query["idempotency-key"]) > 1 {
		s.Problem(w, r, badKey("idempotency-key"))
		return
	}
	slug := query.Get("flow")
	if !flow.ValidSlug(slug) {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "flow has to name the flow that was called with the key."})
		return
	}
	execution, err := s.followByKey(r, slug, key)
	if errors.Is(err, engine.ErrNotFound) {
		s.Problem(w, r, &reply.Problem{Type: "not-found", Detail: "No execution of this flow has this key, or its 24 hours are over."})
		return
	}
	if err != nil {
		s.Fail(w, r, "looking for the key of a call", err)
		return
	}
	r.SetPathValue("id", execution)
	s.executionStatus(w, r)
}
