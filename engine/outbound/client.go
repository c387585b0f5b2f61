package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"time"

	"redial/engine/flow"
	"redial/engine/trace"
)

// Limits of one call. They hold for every call, whatever its caller asks for.
const (
	// DefaultMaxResponse is the size of a decoded answer, in bytes, that is
	// read unless the options or the request say otherwise.
	DefaultMaxResponse = 10 << 20

	maxURLBytes            = 64 << 10
	maxRequestHeaderBytes  = 64 << 10
	maxResponseHeaderBytes = 256 << 10
	maxRedirects           = 5
	maxCallTime            = 15 * time.Minute
	dialTimeout            = 10 * time.Second
	handshakeTimeout       = 10 * time.Second
)

// Connections that stay open for the next call. A gather step or an each step
// calls one host many times at once.
const (
	maxIdleConns        = 1024
	maxIdleConnsPerHost = 256
	idleTimeout         = 30 * time.Second
)

// Options are what an operator decides about outside calls.
type Options struct {
	// AllowPrivate are addresses that may be called although they are not
	// public.
	AllowPrivate []netip.Prefix
	// MaxResponse is the largest decoded answer in bytes; 0 means
	// DefaultMaxResponse.
	MaxResponse int64
	// UserAgent is what calls are made as, unless the request says otherwise;
	// empty means "Redial".
	UserAgent string
	// RootCAs are the authorities that vouch for services; nil means the
	// system's.
	RootCAs *x509.CertPool
	// Resolver looks hosts up; nil means the system's.
	Resolver *net.Resolver
	// Clock is what signatures are dated by; nil means time.Now.
	Clock func() time.Time
}

// Client makes outside calls. It may be used from many goroutines.
type Client struct {
	transport   *http.Transport
	origins     origins
	maxResponse int64
	userAgent   string
	clock       func() time.Time
}

// New makes a client. It keeps connections open until Close.
func New(options Options) *Client {
	guard := newGuard(options.AllowPrivate)
	dialer := &net.Dialer{
		Timeout:        dialTimeout,
		KeepAlive:      30 * time.Second,
		Resolver:       options.Resolver,
		ControlContext: guard.control,
	}
	client := &Client{
		transport: &http.Transport{
			// No proxy from the environment: a proxy would dial the address
			// out of the guard's sight.
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: options.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    handshakeTimeout,
			ForceAttemptHTTP2:      true,
			MaxIdleConns:           maxIdleConns,
			MaxIdleConnsPerHost:    maxIdleConnsPerHost,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: maxResponseHeaderBytes,
		},
		maxResponse: options.MaxResponse,
		userAgent:   options.UserAgent,
		clock:       options.Clock,
	}
	if client.maxResponse <= 0 {
		client.maxResponse = DefaultMaxResponse
	}
	if client.userAgent == "" {
		client.userAgent = "Redial"
	}
	if client.clock == nil {
		client.clock = time.Now
	}
	return client
}

// Close closes the connections that no call is using.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Request is one call to an outside service.
type Request struct {
	Method string // GET if empty
	// URL is absolute, http or https, without user name and password.
	URL string
	// Header is sent as it is, but for the fields that belong to the connection
	// itself (Host, Connection, Content-Length …): those are left out.
	Header http.Header
	Body   []byte
	// Auth puts credentials on the request; nil sends none.
	Auth Auth
	// MaxResponse is the largest decoded answer in bytes; 0 means the client's.
	MaxResponse int64
	// Trace is the W3C trace context that is passed on, if any. Each request of the
	// call has a span ID of its own.
	Trace trace.Context
	// Record asks for Response.Exchange.
	Record bool
	// Secrets are texts, beside those of Auth, that the exchange and failures
	// must not show.
	Secrets []string
}

// Response is the answer of an outside service, of whatever status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // decoded, if it was compressed
	// Duration is the time from the call to the last byte of the answer.
	Duration time.Duration
	// Sent says that the request, or a part of it, may have reached the
	// service. It is meaningful where the call failed.
	Sent bool
	// Exchange is what went over the wire, with secrets masked; nil unless it
	// was asked for.
	Exchange *flow.Exchange
}

// Do makes one call, without retrying. The context bounds its time; without a
// deadline it is bounded by fifteen minutes. Redirects are followed for GET and
// HEAD only, five at most; credentials and headers stay behind where one leads
// to another host.
//
// A failure is one of FailedUnreachable, FailedTimeout, FailedEgress,
// FailedLimit, FailedInput, FailedConnection (credentials that cannot be sent)
// or FailedCanceled. The response is never nil: beside a failure it has Sent,
// Duration and the Exchange as far as it came.
func (c *Client) Do(ctx context.Context, request Request) (*Response, *flow.Failure) {
	ctx, cancel := context.WithTimeout(ctx, maxCallTime)
	defer cancel()

	call := &call{client: c, request: &request, began: time.Now(), response: &Response{}}
	failure := call.run(ctx)
	call.response.Duration, call.response.Sent = time.Since(call.began), call.wrote.Load()
	if request.Record {
		call.response.Exchange = call.exchange(failure)
	}
	return call.response, failure
}
