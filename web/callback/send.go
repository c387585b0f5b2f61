package callback

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"time"

	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/signature"
	"redial/engine/trace"
)

const (
	// attemptTime bounds one attempt. Standard Webhooks asks for 15 to 30 s.
	attemptTime = 20 * time.Second
	// maxAnswer is how much of a receiver's answer is read, in bytes.
	maxAnswer = 64 << 10
	// shownAnswer is how much of it the log of deliveries repeats, in characters.
	shownAnswer = 200
)

// Message is what a receiver is told.
type Message struct {
	ID    string // webhook-id: the same at every attempt
	URL   string
	Body  []byte // JSON
	Trace trace.Context
}

// Header is what the message is sent with, signed at the given time.
func (m Message) Header(key signature.Key, at time.Time) (http.Header, error) {
	signed, err := key.Sign(m.ID, at, m.Body)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"*/*"}}
	maps.Copy(header, signed)
	return header, nil
}

// Result is what came of one attempt.
type Result struct {
	At       time.Time
	Status   int // of the answer; 0: none came
	Duration time.Duration
	Error    string // empty: it was delivered
	// Gone says that the receiver wants to hear no more of it.
	Gone       bool
	RetryAfter time.Duration // asked for by the receiver; 0: not
}

// Send posts a message once, signed at the given time. Any status of 2xx is a
// success; redirects are not followed and are none.
func Send(ctx context.Context, client *outbound.Client, key signature.Key, m Message, at time.Time) Result {
	result := Result{At: at}
	header, err := m.Header(key, at)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	response, failure := client.Do(ctx, outbound.Request{
		Method: http.MethodPost, URL: m.URL, Header: header, Body: m.Body, Trace: m.Trace, MaxResponse: maxAnswer,
	})
	result.judge(response, failure)
	return result
}

// judge decides by the status. A receiver that has given one has decided, even
// if the rest of its answer was too long or broke off.
func (r *Result) judge(response *outbound.Response, failure *flow.Failure) {
	r.Status, r.Duration = response.Status, response.Duration
	switch {
	case r.Status == 0 && failure != nil:
		r.Error = failure.Message
	case r.Status >= 200 && r.Status < 300:
	case r.Status == http.StatusGone:
		r.Gone, r.Error = true, "the receiver answered 410 Gone: it wants no more"
	case r.Status >= 300 && r.Status < 400:
		r.Error = fmt.Sprintf("the receiver answered %d, and redirects are not followed; give its final address", r.Status)
	default:
		r.Error = fmt.Sprintf("the receiver answered %d %s", r.Status, http.StatusText(r.Status))
		if said := outbound.Clean(string(response.Body), shownAnswer); said != "" {
			r.Error += ": " + said
		}
		r.RetryAfter = outbound.RetryAfter(response.Header, r.At)
	}
}
