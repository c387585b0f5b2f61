package command_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// outside is a service that flows call. Each call waits for the test to answer
// it, so a test knows what is under way.
type outside struct {
	url      string
	arrivals chan *arrival
}

// arrival is a call that an outside service has got.
type arrival struct {
	method, path, key string
	body              string
	trace             string // the header traceparent
	replies           chan reply
	left              chan struct{} // closed when the caller has gone without a reply
}

type reply struct {
	status int
	body   string
}

// newOutside is to be called after the server was started: its calls end first
// then, and the server need not wait for them.
func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{arrivals: make(chan *arrival, 1000)}
	server := httptest.NewServer(o)
	t.Cleanup(func() {
		server.CloseClientConnections() // of those who still wait
		server.Close()
	})
	o.url = server.URL
	return o
}

func (o *outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	a := &arrival{
		method: r.Method, path: r.URL.Path, key: r.Header.Get("Idempotency-Key"), body: string(body), trace: r.Header.Get("Traceparent"),
		replies: make(chan reply, 1), left: make(chan struct{}),
	}
	o.arrivals <- a
	select {
	case answer := <-a.replies:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	case <-r.Context().Done():
		close(a.left)
	}
}

// next is the next call that arrives.
func (o *outside) next(t *testing.T) *arrival {
	t.Helper()
	select {
	case a := <-o.arrivals:
		return a
	case <-time.After(patience):
		t.Fatal("the outside service was not called")
		return nil
	}
}

// before is the next call if one arrives before something has ended, else nil.
func (o *outside) before(t *testing.T, ended <-chan struct{}) *arrival {
	t.Helper()
	select {
	case a := <-o.arrivals:
		return a
	case <-ended:
		return nil
	case <-time.After(patience):
		t.Fatal("the outside service was not called, and nothing has ended")
		return nil
	}
}

// quiet fails the test if there is a call that no test has asked for.
func (o *outside) quiet(t *testing.T) {
	t.Helper()
	select {
	case a := <-o.arrivals:
		t.Errorf("the outside service got a call too many: %s %s", a.method, a.path)
	default:
	}
}

func (a *arrival) reply(status int, body string) { a.replies <- reply{status, body} }

// isLeft waits until the caller has gone.
func (a *arrival) isLeft(t *testing.T) {
	t.Helper()
	select {
	case <-a.left:
	case <-time.After(patience):
		t.Fatal("the caller still waits")
	}
}
