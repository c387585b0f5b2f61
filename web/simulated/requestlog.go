package simulated

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// maxRequests is how many calls the log keeps for each service.
const maxRequests = 500

// Request is one call that a service received.
type Request struct {
	Seq            int64     `json:"seq"` // counts all calls from 1
	Service        string    `json:"service"`
	At             time.Time `json:"at"`
	Method         string    `json:"method"`
	Path           string    `json:"path"` // with the query, as sent
	Status         int       `json:"status"`
	IdempotencyKey string    `json:"idempotencyKey,omitempty"` // Idempotency-Key, or QuickBooks' requestid
	// Outcome is "pending", "answered", "canceled" (the caller left first),
	// "reset" (closed without an effect) or "lost" (it took effect, and the
	// answer, whose status is recorded, was never sent).
	Outcome string `json:"outcome"`
	Ms      int64  `json:"ms"` // from the first byte to the answer
}

// requestLog keeps the newest calls of each service. Calls to the control
// API and to pages are not in it.
type requestLog struct {
	clock func() time.Time
	pulse *pulse

	mu       sync.Mutex
	seq      int64
	requests map[string]*bounded[*Request]
	received map[string]int64
	failed   map[string]int64
}

func newRequestLog(clock func() time.Time, p *pulse) *requestLog {
	l := &requestLog{clock: clock, pulse: p}
	l.reset()
	return l
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = make(map[string]*bounded[*Request])
	l.received = make(map[string]int64)
	l.failed = make(map[string]int64)
}

// open notes the arrival of a call. The entry is changed by close only.
func (l *requestLog) open(service string, r *http.Request) *Request {
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		key = r.URL.Query().Get("requestid")
	}
	entry := &Request{
		Service: service, At: l.clock(), Method: r.Method, Path: clip(r.RequestURI, 400),
		IdempotencyKey: clip(key, 200), Outcome: "pending",
	}
	l.mu.Lock()
	l.seq++
	entry.Seq = l.seq
	list := l.requests[service]
	if list == nil {
		fresh := newBounded[*Request](maxRequests)
		list = &fresh
		l.requests[service] = list
	}
	list.add(entry)
	l.received[service]++
	l.mu.Unlock()
	l.pulse.beat()
	return entry
}

// close notes how a call ended.
func (l *requestLog) close(entry *Request, status int, outcome string) {
	l.mu.Lock()
	entry.Status, entry.Outcome = status, outcome
	entry.Ms = l.clock().Sub(entry.At).Milliseconds()
	if status >= http.StatusBadRequest || outcome != "answered" {
		l.failed[entry.Service]++
	}
	l.mu.Unlock()
	l.pulse.beat()
}

// list returns the last n calls of one service, or of all for "", in the
// order in which they came.
func (l *requestLog) list(service string, n int) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := make([]Request, 0, n)
	for name, list := range l.requests {
		if service != "" && service != name {
			continue
		}
		for _, entry := range list.items {
			found = append(found, *entry)
		}
	}
	slices.SortFunc(found, func(a, b Request) int { return int(a.Seq - b.Seq) })
	return found[max(0, len(found)-n):]
}

// counts returns how many calls a service received, and how many of them
// were refused, failed or never answered.
func (l *requestLog) counts(service string) (received, failed int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.received[service], l.failed[service]
}

// clip cuts text from outside to at most n bytes, so that the log is bounded
// in size as well as in number.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return text[:n]
}
