package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// line notes which deadlines an answer is written under.
type line struct {
	*httptest.ResponseRecorder
	deadline time.Time
	lifted   bool          // before anything else
	allowed  time.Duration // when the body was written
}

func (l *line) SetReadDeadline(time.Time) error { return nil }

func (l *line) SetWriteDeadline(at time.Time) error {
	l.lifted = l.lifted || at.IsZero()
	l.deadline = at
	return nil
}

func (l *line) Write(body []byte) (int, error) {
	l.allowed = time.Until(l.deadline)
	return l.ResponseRecorder.Write(body)
}

// One who never reads an answer would hold it in memory for good. One who waits
// long for an answer must not be cut off by the answer before on the same
// connection.
func TestAnswersHaveToBeTaken(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	for _, path := range []string{"/hooks/mirror", "/hooks/nobody", "/healthz"} {
		l := &line{ResponseRecorder: httptest.NewRecorder(), deadline: time.Now().Add(-time.Hour)}
		r.handler.ServeHTTP(l, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if !l.lifted || l.allowed <= 0 || l.allowed > 10*time.Minute {
			t.Errorf("%s: the last deadline was lifted: %t; there are %v for the answer", path, l.lifted, l.allowed)
		}
	}
}
