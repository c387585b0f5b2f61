package callback_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/goleak"

	"redial/engine"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/signature"
	"redial/store"
	"redial/web/callback"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	newSecret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	patience  = 30 * time.Second
)

// world is a deliverer on a real store, whose time is virtual.
type world struct {
	*store.Store
	t     *testing.T
	clock *virtual
	ended chan store.CallbackState // of callbacks that are not tried again
	order sync.Mutex               // what is read as due was not recorded since
}

// newWorld runs a deliverer until the end of the test.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: newVirtual(), ended: make(chan store.CallbackState, 1000)}
	var err error
	w.Store, err = store.Open(t.Context(), store.Options{Dir: t.TempDir(), Clock: w.clock.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	deliverer := callback.New(callback.Options{
		Outbox: w, Client: client, Clock: w.clock, Logger: slog.New(slog.DiscardHandler),
		Key: func(context.Context, string) (signature.Key, error) {
			return signature.NewKey(signature.Standard, newSecret, oldSecret)
		},
		Message: func(_ context.Context, c *store.Callback) (callback.Message, error) {
			return callback.Message{ID: "msg_" + c.Execution, URL: c.URL, Body: []byte(`{"executionId":"` + c.Execution + `"}`)}, nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		deliverer.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-stopped
		w.clock.stop()
		client.Close()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// DueCallbacks holds the time until what is due was tried.
func (w *world) DueCallbacks(ctx context.Context, host string, now time.Time, limit int) ([]store.Callback, error) {
	w.order.Lock()
	defer w.order.Unlock()
	found, err := w.Store.DueCallbacks(ctx, host, now, limit)
	for i := range found {
		w.clock.begin(found[i].Execution)
	}
	return found, err
}

func (w *world) RecordCallback(ctx context.Context, execution string, state store.CallbackState, a store.CallbackAttempt) error {
	w.order.Lock()
	defer w.order.Unlock()
	defer w.clock.end(execution)
	err := w.Store.RecordCallback(ctx, execution, state, a)
	if state != store.CallbackPending {
		w.ended <- state
	}
	return err
}

// owe puts a callback into the outbox that is due.
func (w *world) owe(address string) (execution string) {
	w.t.Helper()
	x := flow.Execution{
		ID: ulid.Make().String(), Flow: "orders", VersionID: 1, Version: 1, Mode: flow.Async, LastSeq: 1,
		Settings: flow.DefaultSettings(), Status: flow.Succeeded, StartedAt: start, EndedAt: start,
	}
	done := make(chan error, 1)
	w.Append(engine.Batch{
		Execution: x, Epoch: 1, Changed: true, Request: &flow.Request{Method: "POST"},
		Events: []flow.Event{{Execution: x.ID, Seq: 1, Type: flow.ExecutionFinished, At: start, Status: flow.Succeeded}},
	}, func(err error) { done <- err })
	if err := <-done; err != nil {
		w.t.Fatal(err)
	}
	if err := w.PromiseCallback(w.t.Context(), x.ID, address, "signer"); err != nil {
		w.t.Fatal(err)
	}
	if err := w.ReleaseCallbacks(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return x.ID
}

// wantEnd waits until a callback is tried no more.
func (w *world) wantEnd(want store.CallbackState) {
	w.t.Helper()
	w.clock.end(settingUp)
	select {
	case got := <-w.ended:
		if got != want {
			w.t.Errorf("the callback is %s, not %s", got, want)
		}
	case <-time.After(patience):
		w.t.Fatal("the callback is tried for ever")
	}
}

// delivery is what a receiver got.
type delivery struct {
	id   string
	at   time.Time
	body string
}

// receiver answers with what the test says.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got []delivery
}

func (w *world) receiver(answer func(http.ResponseWriter, *http.Request)) *receiver {
	w.t.Helper()
	key, err := signature.NewKey(signature.Standard, oldSecret)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			return
		}
		now := w.clock.Now()
		if err := key.Verify(in.Header, body, now); err != nil {
			w.t.Errorf("the signature: %v", err)
		}
		r.mu.Lock()
		r.got = append(r.got, delivery{in.Header.Get("Webhook-Id"), now, string(body)})
		r.mu.Unlock()
		answer(out, in)
	}))
	w.t.Cleanup(r.Close)
	return r
}

func (r *receiver) deliveries() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// A receiver that fails for 20 hours gets its callback, under one ID and with a
// signature of the time of each attempt.
func TestReceiverThatFailsForTwentyHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.receiver(func(out http.ResponseWriter, _ *http.Request) {
		if w.clock.Now().Sub(start) < 20*time.Hour {
			out.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	id := w.owe(r.URL)
	w.wantEnd(store.CallbackDelivered)
	got := r.deliveries()
	last := got[len(got)-1]
	if late := last.at.Sub(start); late < 20*time.Hour || late > 25*time.Hour {
		t.Errorf("the callback came after %s", late)
	}
	for i, d := range got {
		if d.id != "msg_"+id || d.body != got[0].body {
			t.Errorf("attempt %d is %+v, unlike the first one", i+1, d)
		}
	}
	attempts, err := w.CallbackAttempts(t.Context(), id)
	if err != nil || len(attempts) != len(got) || len(got) < 10 || len(got) > 16 {
		t.Fatalf("%d attempts are recorded of %d: %v", len(attempts), len(got), err)
	}
	wantGrowing(t, attempts)
	if end := attempts[len(attempts)-1]; end.Error != "" || end.Status != http.StatusOK || !end.Next.IsZero() {
		t.Errorf("the last attempt is recorded as %+v", end)
	}
}

// wantGrowing fails the test unless pauses begin at seconds and grow to hours.
func wantGrowing(t *testing.T, attempts []store.CallbackAttempt) {
	t.Helper()
	if first := attempts[0].Next.Sub(attempts[0].At); first < 4*time.Second || first > 6*time.Second {
		t.Errorf("the first pause is %s", first)
	}
	for i := 1; i < len(attempts)-1; i++ {
		before, after := attempts[i-1].Next.Sub(attempts[i-1].At), attempts[i].Next.Sub(attempts[i].At)
		if after < before*3/4 || after > 5*time.Hour {
			t.Errorf("pause %d is %s, after one of %s", i+1, after, before)
		}
	}
}

func TestReceiverThatNeverAnswersIsGivenUpAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.receiver(func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusTeapot) })
	id := w.owe(r.URL)
	w.wantEnd(store.CallbackFailed)
	got := r.deliveries()
	if spent := got[len(got)-1].at.Sub(got[0].at); spent < 24*time.Hour || spent > 30*time.Hour {
		t.Errorf("it was given up after %s", spent)
	}
	if resent, err := w.ResendCallback(t.Context(), id); err != nil || !resent {
		t.Fatal(resent, err)
	}
	w.wantEnd(store.CallbackFailed)
	if again := len(r.deliveries()); again < 2*len(got)-2 {
		t.Errorf("sent again, it was tried %d times after %d", again-len(got), len(got))
	}
}

func TestAnswersOfReceivers(t *testing.T) {
	t.Parallel()
	elsewhere := func(out http.ResponseWriter, in *http.Request) {
		http.Redirect(out, in, "/elsewhere", http.StatusTemporaryRedirect)
	}
	for name, c := range map[string]struct {
		first func(http.ResponseWriter, *http.Request)
		state store.CallbackState
		tries int
		says  string
	}{
		"200":           {func(http.ResponseWriter, *http.Request) {}, store.CallbackDelivered, 1, ""},
		"204":           {func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusNoContent) }, store.CallbackDelivered, 1, ""},
		"a long answer": {func(out http.ResponseWriter, _ *http.Request) { _, _ = out.Write(make([]byte, 1<<20)) }, store.CallbackDelivered, 1, ""},
		"410":           {func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusGone) }, store.CallbackRefused, 1, "410"},
		"404": {func(out http.ResponseWriter, _ *http.Request) {
			http.Error(out, "no such\nhook", http.StatusNotFound)
		}, store.CallbackDelivered, 2, "404 Not Found: no such hook"},
		"a redirect":    {elsewhere, store.CallbackDelivered, 2, "answered 307, and redirects are not followed"},
		"a broken line": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, store.CallbackDelivered, 2, "closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var once sync.Once
			r := w.receiver(func(out http.ResponseWriter, in *http.Request) {
				if in.URL.Path != "/" {
					t.Errorf("the redirect was followed to %s", in.URL.Path)
				}
				once.Do(func() { c.first(out, in) })
			})
			id := w.owe(r.URL + "/")
			w.wantEnd(c.state)
			attempts, err := w.CallbackAttempts(t.Context(), id)
			if err != nil || len(attempts) != c.tries || !strings.Contains(attempts[0].Error, c.says) || (c.says == "") != (attempts[0].Error == "") {
				t.Errorf("the attempts are %+v: %v", attempts, err)
			}
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var once sync.Once
	r := w.receiver(func(out http.ResponseWriter, _ *http.Request) {
		once.Do(func() {
			out.Header().Set("Retry-After", "3600")
			out.WriteHeader(http.StatusTooManyRequests)
		})
	})
	w.owe(r.URL)
	w.wantEnd(store.CallbackDelivered)
	got := r.deliveries()
	if pause := got[1].at.Sub(got[0].at); pause < time.Hour || pause > time.Hour+2*time.Minute {
		t.Errorf("the next attempt came after %s", pause)
	}
}

// Receivers that do not answer keep nobody else waiting, however many callbacks
// they have.
func TestOneDeadReceiverBlocksNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	let := make(chan struct{})
	var under sync.Mutex
	now, most := 0, 0
	dead := w.receiver(func(_ http.ResponseWriter, in *http.Request) {
		under.Lock()
		now++
		most = max(most, now)
		under.Unlock()
		select {
		case <-let:
		case <-in.Context().Done():
		}
		under.Lock()
		now--
		under.Unlock()
	})
	well := w.receiver(func(http.ResponseWriter, *http.Request) {})
	for range 50 {
		w.owe(dead.URL)
	}
	for range 20 {
		w.owe(well.URL)
	}
	for range 20 {
		w.wantEnd(store.CallbackDelivered)
	}
	if got := len(well.deliveries()); got != 20 {
		t.Errorf("the receiver that is well got %d callbacks", got)
	}
	close(let)
	for range 50 {
		w.wantEnd(store.CallbackDelivered)
	}
	if most > 4 {
		t.Errorf("there were %d attempts at once at one receiver", most)
	}
}
