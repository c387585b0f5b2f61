package outbound_test

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"redial/engine/flow"
	"redial/engine/outbound"
)

type netConn = net.Conn

var silent = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	readRequest := func(conn net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(conn)) }
	for name, test := range map[string]struct {
		url       string
		says      string
		retryable bool
		sent      bool
	}{
		"refused": {"http://" + closed.Addr().String(), "refused", true, false},
		"reset": {serveRaw(t, func(conn net.Conn) {
			readRequest(conn)
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}), "closed the connection", true, true},
		"closed": {serveRaw(t, func(conn net.Conn) {
			readRequest(conn)
			_ = conn.Close()
		}), "closed the connection", true, true},
		"cut short": {serveRaw(t, func(conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
			_ = conn.Close()
		}), "closed the connection", true, true},
		"not HTTP": {serveRaw(t, func(conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n\r\n")
			_ = conn.Close()
		}), "not HTTP", false, true},
		"not TLS": {strings.Replace(serveRaw(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, "220 smtp ready\r\n")
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}), "http:", "https:", 1), "TLS", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, failure := newClient(t, outbound.Options{}).Do(t.Context(), outbound.Request{
				Method: "POST", URL: test.url + "/path?key=hunter22", Body: []byte("{}"), Record: true,
			})
			if failure == nil || failure.Code != flow.FailedUnreachable || failure.Retryable != test.retryable {
				t.Fatalf("the failure is %+v", failure)
			}
			if !strings.Contains(failure.Message, test.says) || !strings.Contains(failure.Message, hostOf(t, test.url)) ||
				strings.Contains(failure.Message, "hunter22") || strings.Contains(failure.Message, "/path") {
				t.Errorf("the message is %q", failure.Message)
			}
			if response.Sent != test.sent {
				t.Errorf("sent is %t", response.Sent)
			}
			if response.Exchange.Failure != failure.Message || response.Exchange.Method != http.MethodPost {
				t.Errorf("the exchange is %+v", response.Exchange)
			}
		})
	}
}

// TestNothingIsRepeated: a connection that was kept breaks after a request was
// read from it. net/http would send the request again by itself if it saw an
// idempotency key; only the engine may.
func TestNothingIsRepeated(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	target := serveRaw(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		reader := bufio.NewReader(conn)
		for {
			request, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			if requests.Add(1) > 1 {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
	client := newClient(t, outbound.Options{})
	for attempt := range 2 {
		_, failure := client.Do(t.Context(), outbound.Request{
			Method: "POST", URL: target, Body: []byte("x"),
			Header: http.Header{"Idempotency-Key": {"0123456789abcdef0123456789abcdef"}},
		})
		if (failure == nil) != (attempt == 0) {
			t.Fatalf("attempt %d: %+v", attempt, failure)
		}
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("the service got %d requests of 2 calls", n)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"7", "", 7 * time.Second},
		{" 60 ", "", time.Minute},
		{"0", "", 0},
		{"-5", "", 0},
		{"soon", "", 0},
		{"99999999", "", 24 * time.Hour},
		{"99999999999999999999", "", 0},
		{"Sat, 31 Jan 2026 09:31:00 GMT", "", time.Minute},
		{"Sat, 31 Jan 2026 09:29:00 GMT", "", 0},
		{"Sat, 31 Jan 2026 09:31:00 GMT", "Sat, 31 Jan 2026 09:30:50 GMT", 10 * time.Second},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "", 24 * time.Hour},
	} {
		header := http.Header{"Retry-After": {test.value}, "Date": {test.date}}
		if got := outbound.RetryAfter(header, now); got != test.want {
			t.Errorf("Retry-After %q, Date %q: %s, want %s", test.value, test.date, got, test.want)
		}
	}
}

func TestStatusFailure(t *testing.T) {
	t.Parallel()
	for status, retryable := range map[int]bool{
		301: false, 400: false, 401: false, 404: false, 408: true, 409: false, 422: false, 425: true, 429: true,
		500: true, 501: true, 502: true, 503: true, 504: true, 599: true,
	} {
		failure := outbound.StatusFailure("Acme", &outbound.Response{Status: status, Header: http.Header{"Retry-After": {"3"}}}, "")
		if failure.Retryable != retryable || failure.Status != status || failure.Code != flow.FailedService ||
			(failure.RetryAfter != 0) != retryable || !strings.HasPrefix(failure.Message, "Acme answered ") {
			t.Errorf("%d: %+v", status, failure)
		}
	}
	failure := outbound.StatusFailure("Acme", &outbound.Response{Status: 400}, "no\r\nsuch\x00 sku \u202e"+strings.Repeat("x", 1000))
	if !strings.HasPrefix(failure.Message, "Acme answered 400: no such sku x") || len(failure.Message) > 600 {
		t.Errorf("the message is %q", failure.Message)
	}
}
