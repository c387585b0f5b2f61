package conformance

import (
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var callbackTests = map[string]func(*testing.T, Open){
	"an answer makes a promised callback due":     makesCallbacksDue,
	"so does an end without an answer":            makesCallbacksDueAtTheEnd,
	"a promise may come after the answer":         promisesLate,
	"a callback is held until the 202 is out":     holdsCallbacks,
	"nobody is called back without a promise":     promisesFirst,
	"attempts are recorded":                       recordsCallbacks,
	"a callback is sent again":                    resendsCallbacks,
	"one receiver does not hide the others":       findsHosts,
	"a second answer of a repeat changes nothing": repeatsReadiness,
}

// calledBack is an execution that is stored and whose flow calls back.
func calledBack(t *testing.T, s Store) *run {
	t.Helper()
	r := newRun(s, "orders")
	r.Settings.Callback = &flow.Callback{URL: "https://a.example/in", Secret: "signer"}
	must(t, r.append(r.first(1)))
	return r
}

// dueCallbacks are the executions whose callbacks to a host are due.
func dueCallbacks(t *testing.T, s Store, host string) []string {
	t.Helper()
	found := value(s.DueCallbacks(t.Context(), host, time.Now().Add(time.Minute), 10))(t)
	ids := []string{}
	for _, c := range found {
		ids = append(ids, c.Execution)
	}
	return ids
}

// release waits until a callback is released.
func release(t *testing.T, s Store, id string) {
	t.Helper()
	select {
	case <-s.CallbacksChanged(): // of something before
	default:
	}
	s.ReleaseCallback(id)
	<-s.CallbacksChanged()
}

func makesCallbacksDue(t *testing.T, open Open) {
	dir := t.TempDir()
	s := opened(t, open, dir)
	r := calledBack(t, s)
	must(t, s.PromiseCallback(t.Context(), r.ID, "https://A.example:443/in?x=1", "signer"))
	release(t, s, r.ID)
	wantEqual(t, "due before the answer", dueCallbacks(t, s, "a.example"), []string{})
	must(t, r.append(r.answer(flow.Answer{Status: 200})))
	<-s.CallbacksChanged()
	wantEqual(t, "due", dueCallbacks(t, opened(t, open, dir), "a.example"), []string{r.ID})
	c := value(s.Callback(t.Context(), r.ID))(t)
	if c.State != store.CallbackPending || c.Status != flow.Running || c.URL != "https://A.example:443/in?x=1" || c.Secret != "signer" || c.Flow != "orders" {
		t.Errorf("the callback is %+v", c)
	}
}

func makesCallbacksDueAtTheEnd(t *testing.T, open Open) {
	s := fresh(t, open)
	r := calledBack(t, s)
	must(t, s.PromiseCallback(t.Context(), r.ID, "https://a.example/in", "signer"))
	release(t, s, r.ID)
	must(t, r.append(r.batch(1)))
	wantEqual(t, "due before the end", dueCallbacks(t, s, "a.example"), []string{})
	must(t, r.append(r.status(flow.Failed)))
	wantEqual(t, "due", dueCallbacks(t, s, "a.example"), []string{r.ID})
	wantEqual(t, "status", value(s.Callback(t.Context(), r.ID))(t).Status, flow.Failed)
}

func promisesLate(t *testing.T, open Open) {
	s := fresh(t, open)
	r := calledBack(t, s)
	must(t, r.append(r.answer(flow.Answer{Status: 200})))
	must(t, s.PromiseCallback(t.Context(), r.ID, "https://a.example/in", "signer"))
	must(t, s.PromiseCallback(t.Context(), r.ID, "https://other.example/in", "signer"))
	wantEqual(t, "due before the 202", dueCallbacks(t, s, "a.example"), []string{})
	release(t, s, r.ID)
	wantEqual(t, "due", dueCallbacks(t, s, "a.example"), []string{r.ID})
	wantEqual(t, "URL", value(s.Callback(t.Context(), r.ID))(t).URL, "https://a.example/in")
}

func holdsCallbacks(t *testing.T, open Open) {
	s := fresh(t, open)
	r := calledBack(t, s)
	must(t, s.PromiseCallback(t.Context(), r.ID, "https://a.example/in", "signer"))
	must(t, r.append(r.answer(flow.Answer{Status: 200})))
	wantEqual(t, "due before the 202", dueCallbacks(t, s, "a.example"), []string{})
	resent := value(s.ResendCallback(t.Context(), r.ID))(t)
	wantEqual(t, "sent again before the 202", resent, false)
	must(t, s.ReleaseCallbacks(t.Context())) // as the next start does
	wantEqual(t, "due", dueCallbacks(t, s, "a.example"), []string{r.ID})
}

func promisesFirst(t *testing.T, open Open) {
	s := fresh(t, open)
	r := calledBack(t, s)
	must(t, r.append(r.answer(flow.Answer{Status: 200})))
	_, err := s.Callback(t.Context(), r.ID)
	wantError(t, err, engine.ErrNotFound)
	wantError(t, s.PromiseCallback(t.Context(), "nobody", "https://a.example/", "signer"), engine.ErrNotFound)
	_, err = s.ResendCallback(t.Context(), r.ID)
	wantError(t, err, engine.ErrNotFound)
	wantError(t, s.RecordCallback(t.Context(), r.ID, store.CallbackDelivered, store.CallbackAttempt{At: began}), engine.ErrNotFound)
}

// pendingCallback is an execution whose callback is due.
func pendingCallback(t *testing.T, s Store, address string) *run {
	t.Helper()
	r := calledBack(t, s)
	must(t, s.PromiseCallback(t.Context(), r.ID, address, "signer"))
	must(t, r.append(r.status(flow.Succeeded)))
	release(t, s, r.ID)
	return r
}

func recordsCallbacks(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := pendingCallback(t, s, "https://a.example/")
	tries := []store.CallbackAttempt{
		{Number: 1, At: began, Duration: time.Second, Error: "no answer", Next: began.Add(time.Minute)},
		{Number: 2, At: began.Add(time.Minute), Status: 500, Duration: 2, Error: "500", Next: began.Add(time.Hour)},
		{Number: 3, At: began.Add(time.Hour), Status: 204, Duration: 3},
	}
	states := []store.CallbackState{store.CallbackPending, store.CallbackPending, store.CallbackDelivered}
	for i, a := range tries {
		must(t, s.RecordCallback(ctx, r.ID, states[i], a))
		c := value(s.Callback(ctx, r.ID))(t)
		if c.State != states[i] || c.Attempts != i+1 || c.Total != i+1 || !c.First.Equal(began) || !c.Due.Equal(a.Next) {
			t.Errorf("after attempt %d the callback is %+v", i+1, c)
		}
	}
	wantEqual(t, "attempts", value(s.CallbackAttempts(ctx, r.ID))(t), tries)
	wantEqual(t, "due", dueCallbacks(t, s, "a.example"), []string{})
}

func resendsCallbacks(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := calledBack(t, s)
	must(t, s.PromiseCallback(ctx, r.ID, "https://a.example/", "signer"))
	release(t, s, r.ID)
	wantEqual(t, "sent again before the answer", value(s.ResendCallback(ctx, r.ID))(t), false)
	must(t, r.append(r.status(flow.Succeeded)))
	must(t, s.RecordCallback(ctx, r.ID, store.CallbackRefused, store.CallbackAttempt{At: began, Status: 410, Error: "gone"}))
	wantEqual(t, "due", dueCallbacks(t, s, "a.example"), []string{})
	wantEqual(t, "sent again", value(s.ResendCallback(ctx, r.ID))(t), true)
	wantEqual(t, "due", dueCallbacks(t, s, "a.example"), []string{r.ID})
	c := value(s.Callback(ctx, r.ID))(t)
	if c.State != store.CallbackPending || c.Attempts != 0 || c.Total != 1 || !c.First.IsZero() {
		t.Errorf("the callback is %+v", c)
	}
}

func findsHosts(t *testing.T, open Open) {
	s := fresh(t, open)
	wantEqual(t, "hosts", len(value(s.CallbackHosts(t.Context()))(t)), 0)
	for range 3 {
		pendingCallback(t, s, "https://b.example/")
	}
	last := pendingCallback(t, s, "http://a.example:8080/")
	var names []string
	for _, h := range value(s.CallbackHosts(t.Context()))(t) {
		names = append(names, h.Host)
		if h.Due.IsZero() {
			t.Errorf("%s is due at no time", h.Host)
		}
	}
	wantEqual(t, "hosts", names, []string{"a.example:8080", "b.example"})
	wantEqual(t, "due", dueCallbacks(t, s, "a.example:8080"), []string{last.ID})
	wantEqual(t, "due", len(dueCallbacks(t, s, "b.example")), 3)
}

func repeatsReadiness(t *testing.T, open Open) {
	s := fresh(t, open)
	r := calledBack(t, s)
	must(t, s.PromiseCallback(t.Context(), r.ID, "https://a.example/", "signer"))
	release(t, s, r.ID)
	must(t, r.append(r.answer(flow.Answer{Status: 200})))
	must(t, s.RecordCallback(t.Context(), r.ID, store.CallbackDelivered, store.CallbackAttempt{At: began, Status: 200}))
	must(t, r.append(r.status(flow.Succeeded)))
	wantEqual(t, "due after the end", dueCallbacks(t, s, "a.example"), []string{})
	wantEqual(t, "status", value(s.Callback(t.Context(), r.ID))(t).Status, flow.Running)
}
