package hook

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
		s.fault(w, r, "looking for the key of a call", err)
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
		s.refuse(w, r, &reply.Problem{Type: "key-reused"})
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
