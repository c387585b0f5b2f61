package crashtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"redial/web/demo"
)

// Promise is what a caller was given for an order.
type Promise struct {
	Execution string
	Status    int
	Body      []byte // of the answer; that of a hand-over is none
	Answered  bool   // by the flow, rather than handed over
	// RetryAfter is the header of that name.
	RetryAfter string
}

// Orders places orders and remembers what was promised for them.
type Orders struct {
	// ScarceEvery makes every nth order one that cannot be served from stock;
	// 0: none.
	ScarceEvery int64

	client   *http.Client
	number   atomic.Int64
	underWay atomic.Int64
	// promised has room for one word that there is a new promise.
	promised chan struct{}

	mu       sync.Mutex
	promises []Promise
	cutOff   int // calls that broke off: nobody knows whether they were accepted
	refused  int // answers that say that nothing was accepted
}

// NewOrders is a shop's customer.
func NewOrders() *Orders {
	return &Orders{promised: make(chan struct{}, 1), client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// Place places one order. An error means that the call has broken off.
func (o *Orders) Place(ctx context.Context, base, slug string) (Promise, error) {
	number := o.number.Add(1)
	lines := []map[string]any{{"sku": "LAMP-01", "quantity": 2, "price": 89}, {"sku": "CHAIR-02", "quantity": 1, "price": 349.5}}
	if o.ScarceEvery > 0 && number%o.ScarceEvery == 0 {
		lines = append(lines, map[string]any{"sku": "CLOCK-04", "quantity": 1, "price": 56.25})
	}
	body, err := json.Marshal(map[string]any{
		"orderId": fmt.Sprintf("K-%d", number), "customer": "Ada Lovelace", "email": "ada@example.com", "lines": lines,
	})
	if err != nil {
		return Promise{}, err
	}
	o.underWay.Add(1)
	defer o.underWay.Add(-1)
	p, err := o.call(ctx, http.MethodPost, base+"/hooks/"+slug, string(body))
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case err != nil:
		o.cutOff++
	case p.Execution == "":
		o.refused++
	default:
		p.Answered = p.Status == http.StatusOK
		o.promises = append(o.promises, p)
		select {
		case o.promised <- struct{}{}:
		default:
		}
	}
	return p, err
}

// Answer asks for the stored answer of an execution.
func (o *Orders) Answer(ctx context.Context, base, execution string) (Promise, error) {
	return o.call(ctx, http.MethodGet, base+"/executions/"+execution+"/response", "")
}

func (o *Orders) call(ctx context.Context, method, address, body string) (Promise, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return Promise{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Traceparent", traceparent())
	response, err := o.client.Do(request)
	if err != nil {
		return Promise{}, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return Promise{
		Execution: response.Header.Get("Redial-Execution-Id"), Status: response.StatusCode, Body: data,
		RetryAfter: response.Header.Get("Retry-After"),
	}, err
}

// traceparent is a trace context of its own for every order, by which the ledger
// knows the calls that are made for it.
func traceparent() string {
	id := make([]byte, 24)
	_, _ = rand.Read(id) // never fails, as crypto/rand documents
	text := hex.EncodeToString(id)
	return "00-" + text[:32] + "-" + text[32:] + "-01"
}

// Promises are all that were given so far.
func (o *Orders) Promises() []Promise {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Promise(nil), o.promises...)
}

// Forget drops the connections to a program that has died.
func (o *Orders) Forget() { o.client.CloseIdleConnections() }

// slugOf lets orders take turns between the two modes.
func slugOf(turn int) string {
	if turn%2 == 0 {
		return AsyncFlow
	}
	return demo.OrderFlow
}
