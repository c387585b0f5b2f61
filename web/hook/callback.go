package hook

import (
	"context"
	"net/http"

	"redial/engine/flow"
	"redial/web/reply"
)

// callbackHeader is where a call names the address that it wants to be called
// back at.
const callbackHeader = "Redial-Callback-Url"

// refuseCallback refuses a call that names an address which the flow does not
// call back. Where it names none it is nil.
func refuseCallback(r *http.Request, settings flow.Settings) *reply.Problem {
	named := r.Header.Get(callbackHeader)
	if named == "" {
		return nil
	}
	if settings.Callback == nil {
		return &reply.Problem{Type: "callback-not-allowed", Detail: "The flow calls nobody back, and the call names an address in " + callbackHeader + "."}
	}
	if _, err := settings.Callback.Target(named); err != nil {
		return &reply.Problem{
			Type: "callback-not-allowed", Detail: reply.Sentence(err.Error()),
			Kept: "The call names an address in " + callbackHeader + " that the flow does not call back.",
		}
	}
	return nil
}

// promiseCallback makes sure that the caller will be called back, where the flow
// does that. To be called before the 202 goes out; release, after it has, lets
// the callback go.
func (s *Server) promiseCallback(w http.ResponseWriter, r *http.Request, record *flow.Execution) (release func(), err error) {
	settings := record.Settings.Callback
	if settings == nil {
		return func() {}, nil
	}
	address, err := settings.Target(r.Header.Get(callbackHeader))
	if err != nil || address == "" {
		// An address that is not allowed was refused before; here it is that of a
		// repeated call, whose execution began under other settings.
		return func() {}, nil //nolint:nilerr // see above
	}
	// Should the caller hang up now, the promise must not be half made.
	err = s.store.PromiseCallback(context.WithoutCancel(r.Context()), record.ID, address, settings.Secret)
	return func() {
		// What is written waits in a buffer until the handler has ended. A caller
		// who has gone gets its callback all the same.
		_ = http.NewResponseController(w).Flush()
		s.store.ReleaseCallback(record.ID)
	}, err
}
