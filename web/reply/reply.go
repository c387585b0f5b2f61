// Package reply is how the server answers over HTTP: as JSON, as a problem, as a
// page. It knows no flow that is published and nobody who asks.
package reply

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// Writer sends answers. What it cannot send it logs.
type Writer struct {
	// Public is the origin in absolute URLs.
	Public *url.URL
	Logger *slog.Logger
	// Missing answers for what was there once; it is false, and has answered nothing,
	// where there never was anything. It may be nil.
	Missing func(http.ResponseWriter, *http.Request) bool
}

// GuardAnswer keeps an answer that a flow made from acting as a page of this
// server.
func GuardAnswer(header http.Header) {
	header.Set("Content-Security-Policy", "sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
}

// WriteJSON answers with a value as JSON.
func (wr *Writer) WriteJSON(w http.ResponseWriter, status int, value any) {
	body, err := flow.EncodeJSON(value)
	if err != nil {
		wr.Logger.Error("an answer could not be written as JSON", "error", err)
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	wr.Write(w, append(body, '\n'))
}

// OptionalTime is a time as JSON has it: null for one that there is not.
func OptionalTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// Write sends a body. That the other side has gone is no error of ours.
func (wr *Writer) Write(w http.ResponseWriter, body []byte) {
	hurry(w, len(body))
	if _, err := w.Write(body); err != nil {
		wr.Logger.Debug("an answer could not be sent", "error", err)
	}
}

// Fail answers for what is not there, or not possible now, and for mistakes of
// ours, which it logs.
func (wr *Writer) Fail(w http.ResponseWriter, r *http.Request, doing string, err error) {
	if errors.Is(err, engine.ErrNotFound) {
		if wr.Missing == nil || !wr.Missing(w, r) {
			wr.NotFound(w, r)
		}
	} else if problem := wr.Fault(r, doing, err); problem != nil {
		wr.Problem(w, r, problem)
	}
}

// Fault is the problem of what is not possible now, and of mistakes of ours, which it
// logs. It is nil if nobody is there to hear it.
func (wr *Writer) Fault(r *http.Request, doing string, err error) *Problem {
	switch {
	case r.Context().Err() != nil:
		return nil
	case errors.Is(err, engine.ErrStopping), errors.Is(err, engine.ErrFull), errors.Is(err, ErrCrowded):
		return &Problem{Type: "unavailable", RetryAfter: ShortPause}
	case store.MayPass(err):
		wr.Logger.Warn("a request was put off", "doing", doing, "path", r.URL.Path, "error", err)
		return &Problem{Type: "unavailable", RetryAfter: ShortPause}
	default:
		wr.Logger.Error("a request failed", "doing", doing, "path", r.URL.Path, "error", err)
		return &Problem{Type: "internal"}
	}
}

// Refuse answers for a mistake of the caller's.
func (wr *Writer) Refuse(w http.ResponseWriter, r *http.Request, doing string, err error) {
	var refused *engine.Error
	if !errors.As(err, &refused) {
		wr.Fail(w, r, doing, err)
		return
	}
	kind := "invalid"
	if refused.Code == engine.ErrorConflict {
		kind = "conflict"
	}
	wr.Problem(w, r, &Problem{Type: kind, Detail: Sentence(refused.Message)})
}

// Bounds on how slowly an answer may be taken. A server-wide timeout would cut the
// line that a caller holds.
const (
	answerTime = time.Minute // for taking an answer
	answerRate = 16 << 10    // bytes of an answer a second, on top of it
)

// hurry gives the other side a time to take an answer of a size: one who never
// reads would hold it in memory for good. What cannot be hurried need not be: it
// is no connection.
func hurry(w http.ResponseWriter, size int) {
	allowed := answerTime + time.Duration(size/answerRate)*time.Second
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(allowed))
}

// NotFound answers that there is nothing at the path.
func (wr *Writer) NotFound(w http.ResponseWriter, r *http.Request) {
	wr.Problem(w, r, &Problem{Type: "not-found", Detail: "There is nothing at " + r.URL.Path + "."})
}

// Absolute is a path as an absolute URL.
func (wr *Writer) Absolute(path string) string {
	return strings.TrimSuffix(wr.Public.String(), "/") + path
}

// ShortPause is what callers are asked to wait before they try again.
const ShortPause = time.Second

// ErrCrowded says that too many look at data at the same time.
var ErrCrowded = errors.New("too many requests look at data at the same time")
