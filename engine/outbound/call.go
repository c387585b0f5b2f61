package outbound

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"redial/engine/flow"
)

// call is one Do under way.
type call struct {
	client   *Client
	request  *Request
	began    time.Time
	response *Response
	// wrote is set by the transport's own goroutine, which may go on for a
	// moment after the call has been given up.
	wrote     atomic.Bool
	sent      *http.Request // the request of the last hop
	redirects []string      // where earlier hops were sent on to
}

func (c *call) run(ctx context.Context) *flow.Failure {
	target, failure := parseURL(c.request.URL)
	if failure != nil {
		return failure
	}
	header, failure := c.header()
	if failure != nil {
		return failure
	}
	auth := c.request.Auth
	for hop := 0; ; hop++ {
		next, failure := c.hop(ctx, target, header, auth)
		if failure != nil || next == nil {
			return failure
		}
		if hop == maxRedirects {
			return &flow.Failure{Code: flow.FailedLimit, Message: fmt.Sprintf(
				"%s redirected more than %d times; call the final address instead", target.Host, maxRedirects)}
		}
		if !sameOrigin(target, next) {
			auth, header = nil, withoutCredentials(header)
		}
		target = next
		c.redirects = append(c.redirects, target.String())
	}
}

// hop makes one request. It returns where a redirect leads to, or nil when the
// answer has been read.
func (c *call) hop(ctx context.Context, target *url.URL, header http.Header, auth Auth) (*url.URL, *flow.Failure) {
	req, failure := c.build(ctx, target, header, auth)
	if failure != nil {
		return nil, failure
	}
	c.sent = req
	answer, err := c.client.roundTrip(req)
	if err != nil {
		return nil, c.classify(ctx, target, err)
	}
	defer func() { _ = answer.Body.Close() }()

	c.wrote.Store(true)
	if next := redirectTarget(req, answer); next != nil {
		return parseRedirect(target, next)
	}
	c.response.Status, c.response.Header = answer.StatusCode, answer.Header
	body, err := c.read(answer)
	if err != nil {
		return nil, c.classify(ctx, target, err)
	}
	c.response.Body = body
	return nil, nil
}

func (c *call) build(ctx context.Context, target *url.URL, header http.Header, auth Auth) (*http.Request, *flow.Failure) {
	method := c.method()
	trace := &httptrace.ClientTrace{WroteHeaders: func() { c.wrote.Store(true) }}
	var body io.Reader
	if len(c.request.Body) > 0 {
		body = bytes.NewReader(c.request.Body)
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, target.String(), body)
	if err != nil {
		return nil, &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf(
			"the method %q cannot be sent; use a method such as GET or POST", Clean(c.request.Method, 40))}
	}
	req.Header = header.Clone()
	if auth != nil {
		if failure := auth.apply(ctx, req, c.request.Body, c.client.clock()); failure != nil {
			return nil, failure
		}
	}
	// After the signature: a tracing proxy on the way may replace it.
	if span := c.request.Trace.Child(); span.Parent() != "" {
		req.Header.Set("Traceparent", span.Parent())
		if span.State != "" {
			req.Header.Set("Tracestate", span.State)
		}
	}
	holdBackReplay(req.Header)
	return req, nil
}

func (c *call) method() string {
	if c.request.Method == "" {
		return http.MethodGet
	}
	return c.request.Method
}

// holdBackReplay writes the name of the idempotency key in lower case, which is
// the same header to every service. In its usual spelling net/http would
// take it as leave to send a broken POST again by itself; only the engine
// decides that.
func holdBackReplay(header http.Header) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, found := header[name]; found {
			delete(header, name)
			header[strings.ToLower(name)] = values
		}
	}
}

// read takes the body in, up to the limit. The limit counts decoded bytes, so a
// small compressed body cannot become a large one.
func (c *call) read(answer *http.Response) ([]byte, error) {
	limit := c.request.MaxResponse
	if limit <= 0 {
		limit = c.client.maxResponse
	}
	if answer.ContentLength > limit && c.method() != http.MethodHead {
		return nil, &tooLargeError{limit}
	}
	var buffer bytes.Buffer
	if answer.ContentLength > 0 {
		// One byte more than announced, so that the end is seen without growing.
		buffer.Grow(int(min(answer.ContentLength, 1<<20)) + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(io.LimitReader(answer.Body, limit+1)); err != nil {
		return nil, err
	}
	if int64(buffer.Len()) > limit {
		return nil, &tooLargeError{limit}
	}
	return buffer.Bytes(), nil
}

type tooLargeError struct{ limit int64 }

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("the answer is larger than %s", formatBytes(e.limit))
}

func formatBytes(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
