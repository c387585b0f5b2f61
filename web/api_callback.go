package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/web/callback"
	"redial/web/hook"
	"redial/web/reply"
)

// sendCallbackAgain makes a callback due at once, whatever became of it.
func (s *Server) sendCallbackAgain(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object) {
		return
	}
	id := r.PathValue("id")
	resent, err := s.store.ResendCallback(r.Context(), id)
	switch {
	case errors.Is(err, engine.ErrNotFound) && s.hooks.Gone(w, r):
		return
	case errors.Is(err, engine.ErrNotFound):
		s.Problem(w, r, &reply.Problem{Type: "not-found", Detail: "No callback belongs to this execution."})
		return
	case err != nil:
		s.Fail(w, r, "sending a callback again", err)
		return
	case !resent:
		s.Problem(w, r, &reply.Problem{Type: "conflict", Detail: "The execution has not answered yet, so there is nothing to tell."})
		return
	}
	log, err := s.callbackLog(r.Context(), id)
	if err != nil || log == nil {
		s.Fail(w, r, "reading a callback", err)
		return
	}
	s.WriteJSON(w, http.StatusAccepted, log.object())
}

// testCallback sends a made-up callback to where the draft of a flow sends them,
// or to an address that it allows, and says what came of it.
func (s *Server) testCallback(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object, "url") {
		return
	}
	named, isText := object["url"].(string)
	if !isText && object["url"] != nil {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: "url has to be a text."})
		return
	}
	slug := r.PathValue("slug")
	settings, err := s.draftCallback(r, slug)
	if err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	address, refusal := testTarget(settings, named)
	if refusal != "" {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: refusal})
		return
	}
	key, err := s.signingKey(r.Context(), settings.Secret)
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(err.Error())})
		return
	}
	id := "test_" + rand.Text()
	body, err := hook.TestCallback(id, slug)
	if err != nil {
		s.Fail(w, r, "making a callback", err)
		return
	}
	message, now := callback.Message{ID: "msg_" + id, URL: address, Body: body}, time.Now()
	listeners := s.relayMessage(slug, id, key, message, now)
	result := callback.Send(r.Context(), s.client, key, message, now)
	s.WriteJSON(w, http.StatusOK, testResult(address, result, listeners))
}

// draftCallback is the callback of a flow's draft; nil if it has none.
func (s *Server) draftCallback(r *http.Request, slug string) (*flow.Callback, error) {
	draft, err := s.store.Draft(r.Context(), slug)
	if err != nil {
		return nil, err
	}
	document, err := flowfile.Read(draft.Source)
	if err != nil {
		return nil, err
	}
	return document.Flow.Settings.Callback, nil
}

// testTarget is where a test callback goes to, or why it goes nowhere.
func testTarget(settings *flow.Callback, named string) (address, refusal string) {
	if settings == nil {
		return "", "The flow calls nobody back. Give it a callback first."
	}
	if _, message := settings.Missing(); message != "" {
		return "", reply.Sentence(message)
	}
	address, err := settings.Target(named)
	switch {
	case err != nil:
		return "", reply.Sentence(err.Error())
	case address == "":
		return "", "The flow has no address of its own to call back. Give a url on one of the hosts that it lists."
	}
	return address, ""
}

// testResult is what became of a test callback, and how many programs got it from
// `redial listen`.
func testResult(address string, result callback.Result, listeners int) flow.Object {
	object := flow.Object{
		{Name: "url", Value: address}, {Name: "delivered", Value: result.Error == ""},
		{Name: "ms", Value: float64(result.Duration.Microseconds()) / 1000}, {Name: "listeners", Value: int64(listeners)},
	}
	if result.Status != 0 {
		object = append(object, flow.Field{Name: "status", Value: int64(result.Status)})
	}
	if result.Error != "" {
		object = append(object, flow.Field{Name: "error", Value: result.Error})
	}
	return object
}
