package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/trace"
)

func urlQuery(text string) string { return url.QueryEscape(text) }

func TestCallGoesOutAsAsked(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"ok":true}`)
	})
	response, failure := newClient(t, outbound.Options{}).Do(t.Context(), outbound.Request{
		Method: "POST", URL: server.URL + "/a%2Fb?q=%C3%BC#part",
		Header: http.Header{
			"Content-Type": {"application/json"}, "X-Name": {"Grüße"}, "host": {"evil.example"},
			"Content-Length": {"999"}, "Transfer-Encoding": {"chunked"}, "Connection": {"close"},
		},
		Body:  []byte(`{"n":1}`),
		Trace: trace.Of("a test"),
	})
	if failure != nil {
		t.Fatal(failure)
	}
	if response.Status != 201 || response.Header.Get("X-Answer") != "yes" || string(response.Body) != `{"ok":true}` || response.Duration <= 0 {
		t.Errorf("the response is %+v", response)
	}
	if got.RequestURI != "/a%2Fb?q=%C3%BC" || string(body) != `{"n":1}` || got.ContentLength != 7 {
		t.Errorf("the request was %s with %q", got.RequestURI, body)
	}
	if got.Host != hostOf(t, server.URL) || got.Header.Get("X-Name") != "Grüße" || got.Header.Get("User-Agent") != "Redial" {
		t.Errorf("host %s, headers %v", got.Host, got.Header)
	}
	if got.Header.Get("Traceparent") == "" || len(got.TransferEncoding) > 0 || got.Close {
		t.Errorf("headers %v", got.Header)
	}
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	client := newClient(t, outbound.Options{})
	for name, test := range map[string]struct {
		request outbound.Request
		code    flow.FailureCode
		says    string
	}{
		"scheme":          {outbound.Request{URL: "ftp://example.com/"}, flow.FailedInput, "http://"},
		"no host":         {outbound.Request{URL: "https:///path"}, flow.FailedInput, "no host"},
		"relative":        {outbound.Request{URL: "/path"}, flow.FailedInput, "http://"},
		"user in URL":     {outbound.Request{URL: "https://user:hunter22@example.com/"}, flow.FailedInput, "connection"},
		"unreadable":      {outbound.Request{URL: "https://example.com/%zz?key=hunter22"}, flow.FailedInput, "cannot be read"},
		"control":         {outbound.Request{URL: "https://example.com/\r\nX: y"}, flow.FailedInput, "cannot be read"},
		"port":            {outbound.Request{URL: "https://example.com:0/"}, flow.FailedInput, "port"},
		"long URL":        {outbound.Request{URL: "https://example.com/" + strings.Repeat("a", 70_000)}, flow.FailedLimit, "longer"},
		"method":          {outbound.Request{Method: "GE T", URL: "https://example.com/"}, flow.FailedInput, "method"},
		"header name":     {outbound.Request{URL: "https://example.com/", Header: http.Header{"a b": {"c"}}}, flow.FailedInput, "header"},
		"header value":    {outbound.Request{URL: "https://example.com/", Header: http.Header{"A": {"b\r\nC: d"}}}, flow.FailedInput, "control"},
		"large headers":   {outbound.Request{URL: "https://example.com/", Header: http.Header{"A": {strings.Repeat("b", 70_000)}}}, flow.FailedLimit, "larger"},
		"empty token":     {outbound.Request{URL: "https://example.com/", Auth: outbound.Bearer{}}, flow.FailedConnection, "token"},
		"broken token":    {outbound.Request{URL: "https://example.com/", Auth: outbound.Bearer{Token: "hunter22\nX"}}, flow.FailedConnection, "control"},
		"colon in user":   {outbound.Request{URL: "https://example.com/", Auth: outbound.Basic{Username: "a:b", Password: "hunter22"}}, flow.FailedConnection, "colon"},
		"broken key name": {outbound.Request{URL: "https://example.com/", Auth: outbound.APIKey{Name: "a b", Value: "hunter22"}}, flow.FailedConnection, "header"},
		"AWS no region":   {outbound.Request{URL: "https://example.com/", Auth: outbound.SigV4{AccessKey: "a", SecretKey: "hunter22"}}, flow.FailedConnection, "region"},
		"other host": {outbound.Request{URL: "https://evil.example/", Auth: outbound.ForHost(outbound.Bearer{Token: "hunter22"}, "api.example")},
			flow.FailedConnection, "api.example"},
	} {
		response, failure := client.Do(t.Context(), test.request)
		if failure == nil || failure.Code != test.code || !strings.Contains(failure.Message, test.says) || failure.Retryable {
			t.Errorf("%s: %+v, want %s saying %q", name, failure, test.code, test.says)
		}
		if failure != nil && strings.Contains(failure.Message, "hunter22") {
			t.Errorf("%s: the message shows a secret: %s", name, failure.Message)
		}
		if response.Sent {
			t.Errorf("%s: nothing was sent", name)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	for range 64 {
		_, _ = packed.Write(make([]byte, 1<<20))
	}
	_ = packed.Close()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/announced":
			w.Header().Set("Content-Length", "5000")
			_, _ = w.Write(make([]byte, 5000))
		case "/streamed":
			for range 5 {
				_, _ = w.Write(make([]byte, 1000))
				w.(http.Flusher).Flush()
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		case "/headers":
			w.Header().Set("X-Large", strings.Repeat("a", 300<<10))
		case "/fits":
			_, _ = w.Write(make([]byte, 4096))
		}
	})
	client := newClient(t, outbound.Options{MaxResponse: 4096})
	for path, code := range map[string]flow.FailureCode{
		"/announced": flow.FailedLimit, "/streamed": flow.FailedLimit, "/bomb": flow.FailedLimit,
		"/headers": flow.FailedUnreachable, "/fits": "",
	} {
		response, failure := client.Do(t.Context(), outbound.Request{URL: server.URL + path})
		if (code == "") != (failure == nil) || failure != nil && (failure.Code != code || failure.Retryable) {
			t.Errorf("%s: %+v, want %q", path, failure, code)
		}
		if code == "" && len(response.Body) != 4096 {
			t.Errorf("%s: %d bytes", path, len(response.Body))
		}
	}
	response, failure := client.Do(t.Context(), outbound.Request{URL: server.URL + "/announced", MaxResponse: 5000})
	if failure != nil || len(response.Body) != 5000 {
		t.Errorf("a limit of the request: %+v", failure)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var seen http.Header
	var method string
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen, method = r.Header, r.Method })
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL+"/", http.StatusTemporaryRedirect)
		case "/here":
			http.Redirect(w, r, "/end?from=here", http.StatusMovedPermanently)
		case "/end":
			seen, method = r.Header, r.Method
		}
	})
	client := newClient(t, outbound.Options{})
	request := func(method, path string) outbound.Request {
		return outbound.Request{
			Method: method, URL: server.URL + path, Record: true, Auth: outbound.APIKey{Name: "X-API-Key", Value: "hunter22"},
			Header: http.Header{"X-Own": {"secret-ish"}, "Accept": {"text/plain"}, "Cookie": {"a=b"}},
		}
	}
	response, failure := client.Do(t.Context(), request("GET", "/here"))
	if failure != nil || seen.Get("X-API-Key") != "hunter22" || seen.Get("X-Own") == "" {
		t.Errorf("on the same host credentials stay: %+v %v", failure, seen)
	}
	if redirects := response.Exchange.Redirects; len(redirects) != 1 || !strings.HasSuffix(redirects[0], "/end?from=here") {
		t.Errorf("the exchange has the redirects %v", redirects)
	}
	if _, failure = client.Do(t.Context(), request("GET", "/away")); failure != nil {
		t.Fatal(failure)
	}
	for _, name := range []string{"X-Api-Key", "X-Own", "Cookie", "Authorization"} {
		if seen.Get(name) != "" {
			t.Errorf("%s went to another host", name)
		}
	}
	if seen.Get("Accept") != "text/plain" || method != "GET" {
		t.Errorf("%s with %v", method, seen)
	}
	response, failure = client.Do(t.Context(), request("POST", "/away"))
	if failure != nil || response.Status != http.StatusTemporaryRedirect {
		t.Errorf("a POST is not sent on: %+v %d", failure, response.Status)
	}
}

func TestTimeAndCancel(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 10)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // else the server does not see the client go
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "some")
			w.(http.Flusher).Flush()
		}
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	client := newClient(t, outbound.Options{})
	for _, path := range []string{"/silent", "/body"} {
		response, failure := client.Do(deadline{t.Context(), passed(arrived)}, outbound.Request{Method: "POST", URL: server.URL + path, Body: []byte("x")})
		if failure == nil || failure.Code != flow.FailedTimeout || !failure.Retryable || !response.Sent {
			t.Errorf("%s: %+v", path, failure)
		}

		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		_, failure = client.Do(ctx, outbound.Request{Method: "POST", URL: server.URL + path, Body: []byte("x")})
		if failure == nil || failure.Code != flow.FailedCanceled || failure.Retryable {
			t.Errorf("%s canceled: %+v", path, failure)
		}
		cancel()
	}
}

// deadline is a context whose time is over when its channel is closed: a span
// might be over, on a busy machine, before the call has reached its server.
type deadline struct {
	context.Context
	over <-chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.over }

func (d deadline) Err() error {
	select {
	case <-d.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// passed returns a channel that is closed when a call has arrived.
func passed(arrived <-chan struct{}) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		<-arrived
		close(over)
	}()
	return over
}

func TestTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = silent
	server.StartTLS()
	defer server.Close()

	_, failure := newClient(t, outbound.Options{}).Do(t.Context(), outbound.Request{URL: server.URL})
	if failure == nil || failure.Code != flow.FailedUnreachable || failure.Retryable || !strings.Contains(failure.Message, "unknown authority") {
		t.Errorf("an unknown authority: %+v", failure)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	trusting := newClient(t, outbound.Options{RootCAs: roots})
	response, failure := trusting.Do(t.Context(), outbound.Request{URL: server.URL})
	if failure != nil || string(response.Body) != "HTTP/2.0" {
		t.Errorf("a known authority: %+v %q", failure, response.Body)
	}
	_, failure = trusting.Do(t.Context(), outbound.Request{URL: strings.Replace(server.URL, "https", "http", 1)})
	if failure != nil && failure.Code != flow.FailedUnreachable {
		t.Errorf("http on a TLS port: %+v", failure)
	}
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	const callers, calls = 32, 20
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "{}")
	}))
	server.Config.ConnState = func(_ netConn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client := newClient(t, outbound.Options{})
	done := make(chan *flow.Failure, callers)
	for range callers {
		go func() {
			for range calls {
				if _, failure := client.Do(t.Context(), outbound.Request{URL: server.URL}); failure != nil {
					done <- failure
					return
				}
			}
			done <- nil
		}()
	}
	for range callers {
		if failure := <-done; failure != nil {
			t.Fatal(failure)
		}
	}
	if n := connections.Load(); n > 2*callers {
		t.Errorf("%d connections for %d callers", n, callers)
	}
	client.Close()
}

func BenchmarkDo(b *testing.B) {
	server := serve(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"ok":true}`) })
	client := newClient(b, outbound.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, failure := client.Do(b.Context(), outbound.Request{URL: server.URL}); failure != nil {
			b.Fatal(failure)
		}
	}
}
