//go:build unix

package command_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// barrier is a slow service: it answers nobody before so many have arrived. Each is
// told the n of its own query.
func barrier(callers int) http.Handler {
	var arrived atomic.Int64
	all := make(chan struct{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if arrived.Add(1) == int64(callers) {
			close(all)
		}
		select {
		case <-all:
			_, _ = io.WriteString(w, r.URL.Query().Get("n"))
		case <-r.Context().Done():
		}
	})
}

// sharing serves over HTTP/2, by which calls share connections, and counts those that
// are open. Programs that are started from then on trust its authority.
func sharing(b *testing.B, service http.Handler) (url string, open *atomic.Int64) {
	b.Helper()
	open = new(atomic.Int64)
	server := httptest.NewUnstartedServer(service)
	server.EnableHTTP2 = true
	// Connections that were not needed in the end are no faults.
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
		case http.StateActive, http.StateIdle, http.StateHijacked: // as open as before
		}
	}
	server.StartTLS()
	b.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	authority := filepath.Join(b.TempDir(), "authority.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, certificate, 0o600); err != nil {
		b.Fatal(err)
	}
	b.Setenv("SSL_CERT_FILE", authority)
	return server.URL, open
}

func post(ctx context.Context, client *http.Client, url, body string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	return client.Do(request)
}

// callAll makes many calls at once and waits for all answers.
func callAll(t testing.TB, p *program, slug string, callers int) {
	t.Helper()
	client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	defer client.CloseIdleConnections()
	var group sync.WaitGroup
	var wrong atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for n := range callers {
		group.Go(func() {
			want := fmt.Sprint(n)
			response, err := post(ctx, client, p.base+"/hooks/"+slug, want)
			if err == nil {
				var body []byte
				body, err = io.ReadAll(response.Body)
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK || string(body) != want {
					err = fmt.Errorf("the answer is %s: %.200s", response.Status, body)
				}
			}
			if err != nil && wrong.Add(1) == 1 {
				t.Errorf("caller %d: %v", n, err)
				cancel() // as one is missing, the service answers nobody
			}
		})
	}
	group.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d of %d callers were not answered", n, callers)
	}
}

const patientFlow = `redial: 1
slug: patient
deadline: 2m
trigger: {uses: webhook}
steps:
  ask: {uses: http, timeout: 2m, with: {url: %q, query: {n: "{{ trigger.body }}"}}}
  answer: {uses: respond, with: {body: "{{ steps.ask.body }}"}}
edges: [trigger -> ask, ask -> answer]
`

// Many callers wait at once, as the service answers nobody before all are there.
func TestManyCallersWaitAtOnce(t *testing.T) {
	t.Parallel()
	const callers = 500
	p := serve(t, t.TempDir())
	service := httptest.NewServer(barrier(callers))
	t.Cleanup(func() {
		service.CloseClientConnections()
		service.Close()
	})
	p.publish(t, fmt.Sprintf(patientFlow, service.URL))
	callAll(t, p, "patient", callers)
}

// BenchmarkWaitingCallers has 10,000 callers wait at once on a slow service, with
// the server in a process of its own, and says how much memory that took. Each has
// one open file here and one there: calls of the service share connections. Where the
// machine allows fewer, it says so and fails.
//
//	go test -run '^$' -bench WaitingCallers -benchtime 1x ./web/command
func BenchmarkWaitingCallers(b *testing.B) {
	const callers, others = 10_000, 1_000
	if files := openFiles(b); files < callers+others {
		b.Fatalf("a process may open %d files here, and this needs %d", files, callers+others)
	}
	for b.Loop() {
		service, open := sharing(b, barrier(callers))
		p := serveProcess(b, b.TempDir(), "--capacity", "callers=20000,running=20000")
		before := p.memoryKiB("VmRSS")
		p.publish(b, fmt.Sprintf(patientFlow, service))
		callAll(b, p, "patient", callers)
		b.ReportMetric(callers, "callers")
		b.ReportMetric(float64(open.Load()), "connections")
		peak := p.memoryKiB("VmHWM")
		b.ReportMetric(float64(peak-before)/callers, "KiB/caller")
		b.ReportMetric(float64(peak)/1024, "MiB-peak")
		p.kill(b)
	}
}

const fastFlow = `redial: 1
slug: fast
trigger: {uses: webhook}
steps:
  sum: {uses: transform, with: {set: {n: "{{ trigger.body.n + 1 }}"}}}
  answer: {uses: respond, with: {body: "{{ steps.sum.n }}"}}
edges: [trigger -> sum, sum -> answer]
`

// load is what became of calls that were made as fast as answers came.
type load struct {
	answered, refused, failed int
	slowestRefusal, p99       time.Duration
}

func (l load) String() string {
	return fmt.Sprintf("%d answered, %d refused, %d failed; refusals within %s (99 of 100: %s)",
		l.answered, l.refused, l.failed, l.slowestRefusal.Round(time.Millisecond), l.p99.Round(time.Millisecond))
}

// press keeps so many callers calling for a time. Who is refused calls again after
// a short pause, as one who does not mind Retry-After.
func press(t testing.TB, p *program, slug string, callers int, pause, span time.Duration) load {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), span)
	defer cancel()
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var sum load
	var refusals []time.Duration
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for ctx.Err() == nil {
				begun := time.Now()
				response, err := post(t.Context(), client, p.base+"/hooks/"+slug, `{"n": 1}`)
				took, code := time.Since(begun), 0
				if err == nil {
					code = response.StatusCode
					_, err = io.Copy(io.Discard, response.Body)
					_ = response.Body.Close()
				}
				mu.Lock()
				switch {
				case err == nil && code == http.StatusOK:
					sum.answered++
				case err == nil && code == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "":
					sum.refused++
					refusals = append(refusals, took)
				default:
					sum.failed++
				}
				mu.Unlock()
				if code == http.StatusServiceUnavailable {
					select {
					case <-time.After(pause):
					case <-ctx.Done():
					}
				}
			}
		})
	}
	group.Wait()
	if slices.Sort(refusals); len(refusals) > 0 {
		sum.slowestRefusal, sum.p99 = refusals[len(refusals)-1], refusals[(len(refusals)*99)/100]
	}
	return sum
}

// Ten times as many callers as there is room for: each gets the answer or a 503
// with Retry-After, and the server answers on.
func TestOverloadLosesNobody(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--capacity", "running=2,queued=2,callers=4")
	p.publish(t, fastFlow)
	got := press(t, p, "fast", 40, 10*time.Millisecond, 500*time.Millisecond)
	if got.failed > 0 || got.answered == 0 {
		t.Errorf("under load: %s", got)
	}
	p.hook(t, "fast", `{"n": 1}`).wantsBody(t, `2`)
	if rest := p.call(t, http.MethodGet, "/metrics", nil); !strings.Contains(string(rest.body), "\nredial_executions_queued 0\n") {
		t.Error("something waits on")
	}
}

// BenchmarkOverload compares what a server answers at its capacity, which is that of
// a service that takes 100 ms, with what it answers while ten times as many calls
// come, for a minute.
//
//	go test -run '^$' -bench Overload -benchtime 1x ./web/command
func BenchmarkOverload(b *testing.B) {
	const room, span, pause = 64, time.Minute, 200 * time.Millisecond
	openFiles(b)
	for b.Loop() {
		p := serveProcess(b, b.TempDir(), "--rates", "caller=none", "--capacity", fmt.Sprintf("running=%d,queued=%d,callers=%d", room/2, room/2, room))
		p.publish(b, strings.Replace(fmt.Sprintf(patientFlow, leisurely(b)), "slug: patient", "slug: fast", 1))
		press(b, p, "fast", room, pause, 2*time.Second) // warm
		peak := press(b, p, "fast", room, pause, span)
		over := press(b, p, "fast", 10*room, pause, span)
		b.Logf("at capacity: %s", peak)
		b.Logf("at ten times: %s", over)
		b.ReportMetric(float64(peak.answered)/span.Seconds(), "answers/s-at-capacity")
		b.ReportMetric(float64(over.answered)/span.Seconds(), "answers/s-at-10x")
		b.ReportMetric(100*float64(over.answered)/float64(max(peak.answered, 1)), "%-of-peak")
		b.ReportMetric(float64(over.p99.Microseconds())/1000, "ms-refusal-p99")
		if over.failed+peak.failed > 0 {
			b.Errorf("%d calls failed", over.failed+peak.failed)
		}
		p.kill(b)
	}
}

// leisurely is a service that takes 100 ms for each answer.
func leisurely(b *testing.B) (url string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-time.After(100 * time.Millisecond)
		_, _ = io.WriteString(w, "{}")
	})}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

// openFiles lets this process, and those that it starts, open as many files as they
// may, and says how many that is.
func openFiles(b *testing.B) int {
	b.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	return int(min(limit.Cur, 1<<20))
}

// memoryKiB is what the kernel says about the memory of a process, such as VmHWM; 0
// where it says nothing.
func (p *program) memoryKiB(name string) (kib int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			_, _ = fmt.Sscan(rest, &kib)
		}
	}
	return kib
}
