package web_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"redial/engine"
	"redial/engine/component"
	"redial/engine/components"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
	"redial/web"
)

// TestMain looks for goroutines that are left. The sessions library starts one
// for the store that it has unless it is given another, and keeps it.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/alexedwards/scs/v2/memstore.(*MemStore).startCleanup"))
}

const apiToken = "token-of-the-tests"

// room is a server on a store of its own, over real sockets.
type room struct {
	dir          string
	store        *store.Store
	engine       *engine.Engine
	handler      http.Handler
	closeSockets func() // as a stopping server does
	dropped      func(ids []string)
	url          string
	client       *http.Client
}

func open(t testing.TB) *room {
	t.Helper()
	r := &room{dir: t.TempDir()}
	var err error
	if r.store, err = store.Open(t.Context(), store.Options{Dir: r.dir, Exclusive: true}); err != nil {
		t.Fatal(err)
	}
	client := outbound.New(outbound.Options{})
	library := step.NewLibrary(components.Embedded(), client)
	logger := slog.New(slog.DiscardHandler)
	e := engine.New(engine.Options{
		Journal: r.store, Library: library, Logger: logger,
		Published: func(context.Context, string) (engine.Published, error) { return engine.Published{}, engine.ErrNotFound },
		Connection: func(context.Context, string) (*component.Connection, error) {
			return nil, engine.ErrNotFound
		},
	})
	r.engine = e
	server := httptest.NewUnstartedServer(nil)
	public := &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}
	handler := web.New(web.Options{
		Store: r.store, Engine: e, Library: library, PublicURL: public, APIToken: apiToken, Logger: logger, Client: client,
	})
	r.handler, r.closeSockets, r.dropped = handler.Handler(), handler.CloseSockets, handler.ExecutionsDropped
	server.Config.Handler = r.handler
	server.Start()
	r.url, r.client = server.URL, server.Client()
	t.Cleanup(func() {
		handler.CloseSockets()
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

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// field is a field of an answer that is a JSON object.
func (a answer) field(t *testing.T, name string) any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(a.body), &object); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	return object[name]
}

// call makes a request as the owner. headers are names and values in turn.
func (r *room) call(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+apiToken)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := r.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(data)}
}

// wants is a call that must get a status.
func (r *room) wants(t testing.TB, status int, method, path, body string, headers ...string) answer {
	t.Helper()
	a := r.call(t, method, path, body, headers...)
	if a.status != status {
		t.Fatalf("%s %s: got %d, want %d: %s", method, path, a.status, status, a.body)
	}
	return a
}

// publish stores and publishes a flow.
func (r *room) publish(t testing.TB, slug, source string) {
	t.Helper()
	if a := r.call(t, http.MethodPut, "/api/flows/"+slug, source); a.status != http.StatusCreated && a.status != http.StatusOK {
		t.Fatalf("storing %s: %s", slug, a.body)
	}
	r.wants(t, http.StatusOK, http.MethodPost, "/api/flows/"+slug+"/publish", "")
}

const mirror = `redial: 1
slug: mirror
trigger: {uses: webhook, with: {methods: [GET, POST]}}
steps:
  answer: {uses: respond, with: {body: {heard: "{{ trigger }}"}}}
edges: [trigger -> answer]
`
