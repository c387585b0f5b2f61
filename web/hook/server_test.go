package hook_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/component"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
	"redial/web/hook"
	"redial/web/published"
	"redial/web/ratelimit"
	"redial/web/reply"
)

// room is a server of hooks that stands alone: no pages, nobody who builds flows.
type room struct {
	store   *store.Store
	url     string
	closing chan struct{}

	mu      sync.Mutex
	refused []string        // types of problems
	sampled []*flow.Request // of the flow that is wanted
	counted int
}

func (r *room) Wants(slug string) bool { return slug == "wanted" }

func (r *room) Take(_ string, request *flow.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sampled = append(r.sampled, request)
}

func open(t *testing.T, bounds hook.Bounds) *room {
	t.Helper()
	r := &room{closing: make(chan struct{})}
	var err error
	if r.store, err = store.Open(t.Context(), store.Options{Dir: t.TempDir(), Exclusive: true}); err != nil {
		t.Fatal(err)
	}
	client := outbound.New(outbound.Options{})
	library := step.NewLibrary(components.Embedded(), client)
	logger := slog.New(slog.DiscardHandler)
	e := engine.New(engine.Options{
		Journal: r.store, Library: library, Logger: logger,
		Published:  func(context.Context, string) (engine.Published, error) { return engine.Published{}, engine.ErrNotFound },
		Connection: func(context.Context, string) (*component.Connection, error) { return nil, engine.ErrNotFound },
	})
	server := httptest.NewUnstartedServer(nil)
	r.url = "http://" + server.Listener.Addr().String()
	public, err := url.Parse(r.url)
	if err != nil {
		t.Fatal(err)
	}
	hooks := hook.New(hook.Options{
		Store: r.store, Engine: e, Published: published.New(r.store), Bounds: bounds, Sampler: r, Closing: r.closing,
		Writer:   &reply.Writer{Public: public, Logger: logger},
		Library:  func(context.Context) (*step.Library, error) { return library, nil },
		Identify: func(*http.Request) (string, bool, error) { return "", false, nil },
		Page:     func(http.ResponseWriter, *http.Request) bool { return false },
		Refused: func(refusal *hook.Refusal) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.refused = append(r.refused, refusal.Problem.Type)
		},
		Counted: func(next http.HandlerFunc) http.HandlerFunc {
			return func(w http.ResponseWriter, request *http.Request) {
				r.mu.Lock()
				r.counted++
				r.mu.Unlock()
				next(w, request)
			}
		},
	})
	mux := http.NewServeMux()
	hooks.Route(mux)
	server.Config.Handler = hooks.Handler(mux)
	server.Start()
	t.Cleanup(func() {
		server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		e.Stop(ctx)
		client.Close()
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// publish publishes a flow of one step.
func (r *room) publish(t *testing.T, slug, step string, settings flow.Settings) {
	t.Helper()
	content := []byte(`{"redial":1,"slug":"` + slug + `","trigger":{"uses":"webhook","with":{"methods":["POST"]}},"steps":` + step + `,"edges":["trigger -> step"]}`)
	if _, _, err := r.store.PutDraft(t.Context(), slug, slug, content, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Publish(t.Context(), store.Publication{Slug: slug, Content: content, Settings: settings}); err != nil {
		t.Fatal(err)
	}
}

// call makes a request and gives the answer and its body.
func (r *room) call(t *testing.T, method, address, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

const (
	echo    = `{"step":{"uses":"respond","with":{"body":"{{ trigger.body }}"}}}`
	pausing = `{"step":{"uses":"wait","with":{"for":"1h"}}}`
)

// A call is answered, and its caller can ask for the answer again, with nothing but
// this package.
func TestCallIsAnswered(t *testing.T) {
	t.Parallel()
	r := open(t, hook.Bounds{})
	r.publish(t, "echo", echo, flow.DefaultSettings())
	for _, redial := range []bool{false, true} {
		response, body := r.call(t, http.MethodPost, r.url+"/hooks/echo", `{"a":1}`, "Content-Type", "application/json", "Idempotency-Key", "k")
		if response.StatusCode != http.StatusOK || body != `{"a":1}` || (response.Header.Get("Idempotency-Replayed") != "") != redial {
			t.Fatalf("the call is answered with %s %s %v", response.Status, body, response.Header)
		}
		execution := r.url + "/executions/" + response.Header.Get("Redial-Execution-Id")
		if response, body = r.call(t, http.MethodGet, execution+"/response", ""); response.StatusCode != http.StatusOK || body != `{"a":1}` {
			t.Errorf("the answer is kept as %s %s", response.Status, body)
		}
		if _, body = r.call(t, http.MethodGet, execution, ""); !strings.Contains(body, `"status":"succeeded"`) {
			t.Errorf("the execution is %s", body)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counted != 2 || r.refused != nil {
		t.Errorf("%d calls were counted, and refused for %q", r.counted, r.refused)
	}
}

// Who lets go is told where to ask, and does not wait for a server that stops.
func TestCallIsHandedOver(t *testing.T) {
	t.Parallel()
	r := open(t, hook.Bounds{})
	settings := flow.DefaultSettings()
	settings.Mode = flow.Async
	r.publish(t, "pausing", pausing, settings)
	response, body := r.call(t, http.MethodPost, r.url+"/hooks/pausing", "")
	execution := response.Header.Get("Location")
	if response.StatusCode != http.StatusAccepted || !strings.Contains(body, execution+`/response"`) {
		t.Fatalf("the call is answered with %s %s %v", response.Status, body, response.Header)
	}
	close(r.closing)
	if response, body = r.call(t, http.MethodGet, execution+"/response", "", "Prefer", "wait=60"); response.Header.Get("Redial-Answer") != "pending" {
		t.Errorf("the answer is %s %s", response.Status, body)
	}
	if response, body = r.call(t, http.MethodPost, execution+"/cancel", ""); !strings.Contains(body, `"status":"canceled"`) {
		t.Errorf("canceling gives %s %s", response.Status, body)
	}
}

// What starts nothing is answered with why, and reported.
func TestCallIsRefused(t *testing.T) {
	t.Parallel()
	r := open(t, hook.Bounds{PerFlow: ratelimit.Rate{Calls: 1, Per: time.Hour}})
	r.publish(t, "echo", echo, flow.DefaultSettings())
	var want []string
	for _, tc := range []struct {
		method, path, key, want string
		status                  int
	}{
		{http.MethodPost, "/hooks/nobody", "k", "not-found", http.StatusNotFound},
		{http.MethodGet, "/hooks/echo", "k", "method-not-allowed", http.StatusMethodNotAllowed},
		{http.MethodPost, "/hooks/echo", "no key", "bad-request", http.StatusBadRequest},
		{http.MethodPost, "/hooks/echo", "k", "too-many-calls", http.StatusTooManyRequests},
	} {
		response, body := r.call(t, tc.method, r.url+tc.path, "", "Idempotency-Key", tc.key)
		if response.StatusCode != tc.status || !strings.Contains(body, "/problems/"+tc.want) {
			t.Errorf("%s %s is answered with %s %s", tc.method, tc.path, response.Status, body)
		}
		want = append(want, tc.want)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.refused, want) {
		t.Errorf("reported was %q, not %q", r.refused, want)
	}
}

// A call is shown to who wants it as the flow sees it: without credentials.
func TestCallIsSampled(t *testing.T) {
	t.Parallel()
	r := open(t, hook.Bounds{})
	for _, slug := range []string{"wanted", "other"} {
		r.publish(t, slug, echo, flow.DefaultSettings())
		if response, body := r.call(t, http.MethodPost, r.url+"/hooks/"+slug+"/below", slug, "Content-Type", "text/plain", "Cookie", "secret"); response.StatusCode != http.StatusOK || body != slug {
			t.Errorf("%s is answered with %s %s", slug, response.Status, body)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.sampled) != 1 {
		t.Fatalf("%d calls were shown", len(r.sampled))
	}
	if call := r.sampled[0]; call.Body != "wanted" || call.Path != "/below" || call.Headers["cookie"] != nil {
		t.Errorf("the call is shown as %+v", call)
	}
}
