package engine_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/admission"
	"redial/engine/component"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
)

// patience is how long a test waits for something that has to happen.
const patience = 30 * time.Second

// world is an engine on a real store, as the server puts them together. crash
// and stop end the engine; start makes a new one on the same folder.
type world struct {
	t       testing.TB
	dir     string
	store   *store.Store
	journal *journal // around the store
	library *step.Library
	client  *outbound.Client
	engine  *engine.Engine
	service *service
	log     *logBuffer
	// connection is called whenever a step asks for one; may be nil.
	connection func(name string)
	clock      func() time.Time // nil: the machine's
	admission  admission.Limits
	limits     engine.Limits
}

// newWorld is an engine that is running, and a service that its flows can call
// as http://service.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), service: newService(t), log: &logBuffer{}}
	for name, data := range emptyFolder() {
		if err := os.WriteFile(filepath.Join(w.dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.client = outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	w.library = step.NewLibrary(components.Embedded(), w.client)
	t.Cleanup(func() {
		w.service.releaseAll()
		w.stop()
		w.client.Close()
		w.service.server.Close()
	})
	w.open()
	return w
}

// emptyFolder is what a data folder holds after the first start. It is made once,
// so that not every test has to make the tables.
var emptyFolder = sync.OnceValue(func() map[string][]byte {
	dir, err := os.MkdirTemp("", "redial-engine-test")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	if err := s.Close(); err != nil {
		panic(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		panic(err)
	}
	folder := map[string][]byte{}
	for _, f := range files {
		if folder[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			panic(err)
		}
	}
	return folder
})

// open opens the folder and makes an engine, without resuming anything.
func (w *world) open() {
	w.t.Helper()
	var err error
	w.store, err = store.Open(context.Background(), store.Options{Dir: w.dir, Exclusive: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.journal = newJournal(w.store)
	w.engine = w.newEngine(w.journal)
}

func (w *world) newEngine(j engine.Journal) *engine.Engine {
	return engine.New(engine.Options{
		Journal: j, Library: w.library, Admission: w.admission, Limits: w.limits, Clock: w.clock, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		Published: func(ctx context.Context, slug string) (engine.Published, error) {
			found, err := w.store.Published(ctx, slug)
			if err != nil {
				return engine.Published{}, err
			}
			return engine.Published{VersionID: found.Version.ID, Number: found.Version.Number, Settings: found.Settings}, nil
		},
		Connection: func(ctx context.Context, name string) (*component.Connection, error) {
			if w.connection != nil {
				w.connection(name)
			}
			found, err := w.store.Connection(ctx, name)
			if err != nil {
				return nil, err
			}
			return &component.Connection{Name: found.Name, Component: found.Component, Fields: found.Fields}, nil
		},
	})
}

// stop lets calls under way end and closes the store.
func (w *world) stop() {
	w.t.Helper()
	if w.engine == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w.engine.Stop(ctx)
	w.engine = nil
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

// crash ends the engine as a killed process would: nothing more is stored, and
// calls under way are cut off.
func (w *world) crash() {
	w.t.Helper()
	w.journal.kill()
	now, cancel := context.WithCancel(context.Background())
	cancel()
	w.engine.Stop(now)
	w.engine = nil
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

// restart opens the folder again and goes on with what is unfinished. It
// returns how many executions go on.
func (w *world) restart() int {
	w.t.Helper()
	w.open()
	return w.resume()
}

func (w *world) resume() int {
	w.t.Helper()
	n, err := w.engine.Resume(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// publish reads a flow file and publishes it. In it, http://service stands for
// the address of the world's service. What every flow needs may be left out.
func (w *world) publish(source string) store.Published {
	w.t.Helper()
	for _, line := range []string{"trigger: {uses: webhook}", "name: Test", "slug: test", "redial: 1"} {
		if key, _, _ := strings.Cut(line, " "); !strings.Contains("\n"+source, "\n"+key) {
			source = line + "\n" + source
		}
	}
	source = strings.ReplaceAll(source, "http://service", w.service.server.URL)
	document, err := flowfile.Read([]byte(source))
	if err != nil {
		w.t.Fatalf("reading the flow: %v", err)
	}
	if flow.HasErrors(document.Problems) {
		w.t.Fatalf("the flow has problems: %v", document.Problems)
	}
	content, err := flowfile.WriteJSON(document.Flow)
	if err != nil {
		w.t.Fatal(err)
	}
	f, ctx := document.Flow, w.t.Context()
	if _, _, err := w.store.PutDraft(ctx, f.Slug, f.Name, []byte(source), nil); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.Publish(ctx, store.Publication{
		Slug: f.Slug, Content: content, Settings: f.Settings, Components: w.manifests(f),
	}); err != nil {
		w.t.Fatal(err)
	}
	published, err := w.store.Published(ctx, f.Slug)
	if err != nil {
		w.t.Fatal(err)
	}
	return *published
}

// manifests are those of the components that a flow uses.
func (w *world) manifests(f *flow.Flow) []flow.Manifest {
	w.t.Helper()
	var used []flow.Manifest
	for s := range f.All {
		name, _, isAction := strings.Cut(s.Uses, "/")
		if !isAction || slices.ContainsFunc(used, func(m flow.Manifest) bool { return m.Name == name }) {
			continue
		}
		c, err := w.library.Catalogue().Component(name)
		if err != nil {
			w.t.Fatal(err)
		}
		used = append(used, flow.Manifest{Hash: c.Hash, Name: c.Name, Source: c.Source})
	}
	return used
}

// request is a call with a body that is JSON.
func request(t testing.TB, body string) *flow.Request {
	t.Helper()
	r := &flow.Request{
		Method: "POST", Path: "/hooks/test", Query: map[string]any{}, Headers: map[string]any{},
		ReceivedAt: "2026-11-22T08:00:00Z",
	}
	if body != "" {
		var err error
		if r.Body, err = flow.DecodeJSON([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// tryStart starts an execution of what is published.
func (w *world) tryStart(p store.Published, r *flow.Request) (*engine.Handle, error) {
	return w.engine.Start(w.t.Context(), engine.StartRequest{
		Flow: p.Version.Flow, VersionID: p.Version.ID, Version: p.Version.Number,
		Settings: p.Settings, Mode: p.Settings.Mode, Request: r,
	})
}

func (w *world) start(p store.Published, body string) *engine.Handle {
	w.t.Helper()
	handle, err := w.tryStart(p, request(w.t, body))
	if err != nil {
		w.t.Fatal(err)
	}
	return handle
}

// run publishes a flow and starts it.
func (w *world) run(source, body string) *engine.Handle {
	w.t.Helper()
	return w.start(w.publish(source), body)
}

// soon is a context that ends when something that has to happen has not.
func (w *world) soon() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	w.t.Cleanup(cancel)
	return ctx
}

// result waits for what a caller is told.
func (w *world) result(h *engine.Handle) engine.Result {
	w.t.Helper()
	result, err := h.Wait(w.soon())
	if err != nil {
		w.t.Fatalf("waiting for the result: %v\n%s", err, w.history(h.ID))
	}
	return result
}

// answer waits for an answer and gives its body.
func (w *world) answer(h *engine.Handle) string {
	w.t.Helper()
	result := w.result(h)
	if result.Answer == nil {
		w.t.Fatalf("there is no answer, but %+v\n%s", result.Failure, w.history(h.ID))
	}
	return string(result.Answer.Body)
}

// failure waits for the failure that a caller is told.
func (w *world) failure(h *engine.Handle) *flow.Failure {
	w.t.Helper()
	result := w.result(h)
	if result.Failure == nil {
		w.t.Fatalf("there is no failure, but %+v\n%s", result, w.history(h.ID))
	}
	return result.Failure
}

// ended waits for the end of an execution and gives its summary.
func (w *world) ended(id string) *flow.Execution {
	w.t.Helper()
	handle, err := w.engine.Attach(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := handle.Ended(w.soon()); err != nil {
		w.t.Fatalf("waiting for the end: %v\n%s", err, w.history(id))
	}
	return w.record(id)
}

func (w *world) record(id string) *flow.Execution {
	w.t.Helper()
	record, err := w.store.Execution(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return record
}

func (w *world) events(id string) []flow.Event {
	w.t.Helper()
	events, err := w.store.Events(context.Background(), id, 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return events
}

// await waits for a stored event, as a viewer does.
func (w *world) await(id string, wanted func(flow.Event) bool) flow.Event {
	w.t.Helper()
	ctx := w.soon()
	subscription := w.engine.WatchExecution(id)
	defer subscription.Close()
	for after := int64(0); ; {
		events, err := w.store.Events(ctx, id, after, 0)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range events {
			if after = e.Seq; wanted(e) {
				return e
			}
		}
		select {
		case <-subscription.C:
			subscription.Take()
		case <-ctx.Done():
			w.t.Fatalf("the event did not come\n%s", w.history(id))
		}
	}
}

// awaitStep waits for an event of a step.
func (w *world) awaitStep(id, stepID string, kind flow.EventType) flow.Event {
	w.t.Helper()
	return w.await(id, func(e flow.Event) bool { return e.Step == stepID && e.Type == kind })
}

// awaitStatus waits until the summary has a status.
func (w *world) awaitStatus(id string, status flow.Status) {
	w.t.Helper()
	ctx := w.soon()
	subscription := w.engine.WatchExecution(id)
	defer subscription.Close()
	w.await(id, func(e flow.Event) bool { return e.Type == flow.ExecutionStarted })
	for w.record(id).Status != status {
		select {
		case <-subscription.C:
			subscription.Take()
		case <-ctx.Done():
			w.t.Fatalf("the execution is %s, not %s\n%s", w.record(id).Status, status, w.history(id))
		}
	}
}

// index is where an event stands among others.
func index(events []flow.Event, stepID string, kind flow.EventType) int {
	for i, e := range events {
		if e.Step == stepID && e.Type == kind {
			return i
		}
	}
	return -1
}

// logBuffer takes the engine's log.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// receive takes what has to come.
func receive[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

// nothing checks that a channel has nothing to give now.
func nothing[T any](t testing.TB, c <-chan T, what string) {
	t.Helper()
	select {
	case <-c:
		t.Fatalf("%s came too early", what)
	default:
	}
}

// hasCode reports whether an error is an engine's with the code.
func hasCode(err error, code engine.ErrorCode) bool {
	var refused *engine.Error
	return errors.As(err, &refused) && refused.Code == code
}
