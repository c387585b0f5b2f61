package web

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/web/header"
	"redial/web/reply"
)

// readKey reads the key of a call. given is false if there is none.
func readKey(r *http.Request) (key string, given bool, refusal *reply.Problem) {
	key, given, ok := header.ReadKey(r.Header)
	if !ok {
		return "", true, badKey("Idempotency-Key")
	}
	return key, given, nil
}

func badKey(where string) *reply.Problem {
	return &reply.Problem{Type: "bad-request", Detail: fmt.Sprintf(
		"%s has to be one key of 1 to %d visible ASCII characters, in quotation marks or without; nothing was started.", where, header.MaxKey)}
}

// fingerprint tells a call from others that come with its key: by method, path,
// query and body, byte for byte. Lengths stand between them, so that no two calls
// give the same bytes.
func fingerprint(method string, target *url.URL, body []byte) (sum [32]byte) {
	hash := sha256.New()
	var length [8]byte
	for _, part := range [][]byte{[]byte(method), []byte(target.EscapedPath()), []byte(target.RawQuery), body} {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		hash.Write(length[:])
		hash.Write(part)
	}
	hash.Sum(sum[:0])
	return sum
}

// openCalls are the calls with a key whose execution is being started. Calls with
// the same key wait until that is stored.
type openCalls struct {
	mu   sync.Mutex
	open map[engine.Claim]*openCall // without fingerprints
}

// openCall is one of them.
type openCall struct {
	over chan struct{}
	// taken names the execution of the key once over is closed; nil: there is
	// none.
	taken *engine.KeyTakenError
}

func newOpenCalls() *openCalls { return &openCalls{open: map[engine.Claim]*openCall{}} }

// enter waits for the call that is being started under the key. If there is none,
// or it came to nothing, the caller's own is the one: leave is not nil then, and
// has to be called with the execution that the key has, or nil.
func (o *openCalls) enter(ctx context.Context, claim engine.Claim) (taken *engine.KeyTakenError, leave func(*engine.KeyTakenError), err error) {
	claim.Fingerprint = [32]byte{}
	for {
		o.mu.Lock()
		other := o.open[claim]
		if other == nil {
			own := &openCall{over: make(chan struct{})}
			o.open[claim] = own
			o.mu.Unlock()
			return nil, func(taken *engine.KeyTakenError) {
				own.taken = taken
				o.mu.Lock()
				delete(o.open, claim)
				o.mu.Unlock()
				close(own.over)
			}, nil
		}
		o.mu.Unlock()
		select {
		case <-other.over:
			if other.taken != nil {
				return other.taken, nil, nil
			}
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// serveKeyed serves a call that came with a key: it starts an execution, or is
// served by the one that the key has.
func (s *Server) serveKeyed(w http.ResponseWriter, r *http.Request, c *call, t terms) {
	taken, leave, err := s.openCalls.enter(r.Context(), *c.claim)
	if err != nil {
		return // the caller hung up
	}
	if leave != nil {
		if taken, err = s.keyHolder(r.Context(), c.claim); err != nil || taken != nil {
			leave(taken)
		}
	}
	switch {
	case err != nil:
		s.Fail(w, r, "looking for the key of a call", err)
	case taken != nil:
		s.repeat(w, r, c, t, taken)
	default:
		s.startKeyed(w, r, c, t, leave)
	}
}

// keyHolder is the execution that has a key; nil: none has.
func (s *Server) keyHolder(ctx context.Context, claim *engine.Claim) (*engine.KeyTakenError, error) {
	found, err := s.store.CallKey(ctx, claim.Flow, claim.Caller, claim.Key)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil //nolint:nilnil // nobody has it, and that is no error
	}
	if err != nil {
		return nil, err
	}
	return &engine.KeyTakenError{Execution: found.Execution, Fingerprint: found.Fingerprint}, nil
}

// startKeyed starts the execution of a key.
func (s *Server) startKeyed(w http.ResponseWriter, r *http.Request, c *call, t terms, leave func(*engine.KeyTakenError)) {
	handle, taken := s.startClaimed(w, r, c, t, leave)
	switch {
	case handle != nil:
		s.serve(w, r, handle, t)
	case taken != nil: // by another process
		s.repeat(w, r, c, t, taken)
	}
}

// startClaimed starts an execution and waits until it is stored with its key, so
// that those who wait with the same key learn of it. If there is neither a handle
// nor another execution that has the key, it has answered.
func (s *Server) startClaimed(w http.ResponseWriter, r *http.Request, c *call, t terms, leave func(*engine.KeyTakenError)) (handle *engine.Handle, taken *engine.KeyTakenError) {
	defer func() { leave(taken) }()
	handle, ok := s.start(w, r, c, t)
	if !ok {
		return nil, nil
	}
	err := handle.Stored(context.WithoutCancel(r.Context()))
	if errors.As(err, &taken) {
		return nil, taken
	}
	if err == nil {
		taken = &engine.KeyTakenError{Execution: handle.ID, Fingerprint: c.claim.Fingerprint}
	}
	return handle, taken
}

// repeat serves a call whose key another call came with before: by what is stored
// of that one, or together with it. An execution that failed for a reason that
// may pass goes on.
func (s *Server) repeat(w http.ResponseWriter, r *http.Request, c *call, t terms, taken *engine.KeyTakenError) {
	if taken.Fingerprint != c.claim.Fingerprint {
		refusal := &reply.Problem{Type: "key-reused"}
		s.metrics.refused(refusal)
		s.Problem(w, r, refusal)
		return
	}
	c.drop()
	record, handle, resumed, err := s.revive(r.Context(), taken.Execution, time.Duration(t.settings.Deadline))
	if err != nil {
		s.Fail(w, r, "reading the execution of a key", err)
		return
	}
	if resumed {
		w.Header().Set("Redial-Resumed", "true")
	}
	if handle != nil && record.AnsweredAt.IsZero() {
		s.serveRepeat(w, r, handle, t)
		return
	}
	result, final, err := s.result(r.Context(), record)
	switch {
	case err != nil:
		s.Fail(w, r, "reading the answer of a key", err)
	case final:
		w.Header().Set("Redial-Execution-Id", record.ID)
		w.Header().Set("Idempotency-Replayed", "true")
		s.writeResult(w, r, record.ID, result)
	default:
		s.join(w, r, record.ID, t)
	}
}

// revive is an execution as it stands, and its handle if it had failed and goes
// on now; resumed: because of this very call. For one that is about to fail it
// waits until it has, for a time.
func (s *Server) revive(ctx context.Context, id string, patience time.Duration) (record *flow.Execution, handle *engine.Handle, resumed bool, err error) {
	if err = s.awaitFailure(ctx, id, patience); err == nil {
		record, err = s.store.Execution(ctx, id)
	}
	if err != nil || record.Status != flow.Failed {
		return record, nil, false, err
	}
	if handle, resumed, err = s.engine.Reopen(ctx, id); err != nil || handle != nil {
		return record, handle, resumed, err
	}
	// Another call may have had it go on, and to its end, since it was read.
	record, err = s.store.Execution(ctx, id)
	return record, nil, false, err
}

// awaitFailure waits for the end of an execution whose callers were told already
// that it fails: it can go on only then.
func (s *Server) awaitFailure(ctx context.Context, id string, patience time.Duration) error {
	handle, err := s.engine.Attach(ctx, id)
	if err != nil {
		return err
	}
	if failure := handle.Failing(); failure == nil || !failure.Retryable {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_ = handle.Ended(ctx) // if it has not, the caller is served by what it is
	return nil
}

// join serves a call together with the one that has started the execution.
func (s *Server) join(w http.ResponseWriter, r *http.Request, execution string, t terms) {
	handle, err := s.engine.Attach(r.Context(), execution)
	if err != nil {
		s.Fail(w, r, "joining an execution", err)
		return
	}
	s.serveRepeat(w, r, handle, t)
}

// serveRepeat serves a repeat of a call whose execution has not come to its end here.
func (s *Server) serveRepeat(w http.ResponseWriter, r *http.Request, handle *engine.Handle, t terms) {
	if t.mode == flow.Sync {
		s.engine.Await(handle.ID, true)
		// A failure that stays is told to callers a moment before its end is known.
		if failure := handle.Failing(); failure != nil && !failure.Retryable && w.Header().Get("Redial-Resumed") == "" {
			w.Header().Set("Idempotency-Replayed", "true")
		}
	}
	s.serve(w, r, handle, t)
}

// executionOfKey finds the execution of a key, for callers who have lost its ID.
func (s *Server) executionOfKey(w http.ResponseWriter, r *http.Request) {
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
