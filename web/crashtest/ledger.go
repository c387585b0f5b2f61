package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Steps of the order flow that call the outside, as the ledger tells them apart.
const (
	stepInventory = "check_inventory"
	stepInvoice   = "create_invoice"
	stepOrder     = "create_order"
	stepMail      = "confirm_mail"
	stepWarehouse = "warehouse_mail"
)

// Call is one call that an outside service has received.
type Call struct {
	Step string
	Item string // SKU, of stepInventory
	Key  string // idempotency key; empty: it carries none
	At   time.Time
	Made string // the ID of what it brought about; empty: nothing
}

// Ledger stands before the simulated services. It writes down every call, under
// the trace that the order began, and holds calls up for a moment before they
// take effect and again before they are answered, so that the program dies in
// all of these states.
type Ledger struct {
	services http.Handler
	pause    time.Duration // the longest, before and after

	mu    sync.Mutex
	calls map[string][]Call
	count int
}

// NewLedger is a ledger before some services. Calls are held up twice, each
// time for pause at most.
func NewLedger(services http.Handler, pause time.Duration) *Ledger {
	return &Ledger{services: services, pause: pause, calls: map[string][]Call{}}
}

// Calls are those of a trace, in the order in which they came.
func (l *Ledger) Calls(trace string) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Call(nil), l.calls[trace]...)
}

// Traces are those with calls.
func (l *Ledger) Traces() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	traces := make([]string, 0, len(l.calls))
	for trace := range l.calls {
		traces = append(traces, trace)
	}
	return traces
}

// Count is how many calls there were.
func (l *Ledger) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// ServeHTTP implements http.Handler.
func (l *Ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call, known := newCall(r)
	if !known {
		l.services.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler) // the caller has died
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if call.Step == stepMail && bytes.Contains(body, []byte("Back-ordered: ")) {
		call.Step = stepWarehouse
	}
	made := l.enter(traceOf(r), call)
	if !l.hold(r.Context()) {
		panic(http.ErrAbortHandler)
	}
	answer := &heldAnswer{header: http.Header{}, status: http.StatusOK}
	l.services.ServeHTTP(answer, r)
	made(answer.made(call.Step))
	l.hold(r.Context())
	answer.send(w)
}

func newCall(r *http.Request) (Call, bool) {
	call := Call{At: time.Now(), Key: r.Header.Get("Idempotency-Key")}
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/acme/inventory/"):
		call.Step, call.Item = stepInventory, strings.TrimPrefix(path, "/acme/inventory/")
	case path == "/acme/orders":
		call.Step = stepOrder
	case strings.HasPrefix(path, "/quickbooks/") && strings.HasSuffix(path, "/invoice"):
		call.Step, call.Key = stepInvoice, r.URL.Query().Get("requestid")
	case strings.HasPrefix(path, "/ses/v2/"):
		call.Step = stepMail
	default:
		return call, false
	}
	return call, true
}

// traceOf is the trace ID of a request (W3C Trace Context), which is that of the
// order behind it.
func traceOf(r *http.Request) string {
	parts := strings.Split(r.Header.Get("Traceparent"), "-")
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

// enter writes a call down; made notes what it brought about.
func (l *Ledger) enter(trace string, call Call) (made func(id string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	at := len(l.calls[trace])
	l.calls[trace] = append(l.calls[trace], call)
	return func(id string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.calls[trace][at].Made = id
	}
}

// hold waits for a moment, and is false if the caller is gone by then.
func (l *Ledger) hold(ctx context.Context) bool {
	if l.pause <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(rand.N(l.pause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// heldAnswer is an answer that goes out later, if at all.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *heldAnswer) Header() http.Header            { return a.header }
func (a *heldAnswer) WriteHeader(status int)         { a.status = status }
func (a *heldAnswer) Write(data []byte) (int, error) { return a.body.Write(data) }

// made is the ID of what the call brought about.
func (a *heldAnswer) made(step string) string {
	var answer struct {
		Mail    string              `json:"MessageId"`
		Invoice struct{ ID string } `json:"Invoice"`
	}
	if a.status >= http.StatusMultipleChoices || step == stepInventory {
		return ""
	}
	if step == stepOrder {
		// Its invoice is a text, not an object.
		var order struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(a.body.Bytes(), &order) // without an ID it has made nothing
		return order.ID
	}
	_ = json.Unmarshal(a.body.Bytes(), &answer) // likewise
	return answer.Invoice.ID + answer.Mail
}

func (a *heldAnswer) send(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body.Bytes()) // the caller may have died
}
