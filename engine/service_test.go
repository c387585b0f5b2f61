package engine_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// service is an outside service on loopback. It answers as it was told, and
// keeps a ledger of the calls that it got.
type service struct {
	t      testing.TB
	server *httptest.Server

	mu      sync.Mutex
	replies map[string][]reply // by "METHOD /path", in turn; the last one stays
	gates   map[string]*gate
	ledger  []call
}

// call is what the service got.
type call struct {
	Line   string // "POST /orders?x=1"
	Header http.Header
	Body   string
}

// reply is what it answers.
type reply struct {
	status int // 0: none, by kind
	kind   string
	header [][2]string
	body   string
}

// gate holds calls of one address until they are let through.
type gate struct {
	arrived chan call
	release chan struct{}
	once    sync.Once
}

func (g *gate) open() { g.once.Do(func() { close(g.release) }) }

func newService(t testing.TB) *service {
	t.Helper()
	s := &service{t: t, replies: map[string][]reply{}, gates: map[string]*gate{}}
	s.server = httptest.NewServer(s)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	got := call{Line: r.Method + " " + r.URL.RequestURI(), Header: r.Header.Clone(), Body: string(body)}
	key := r.Method + " " + r.URL.EscapedPath()
	s.mu.Lock()
	s.ledger = append(s.ledger, got)
	answer := reply{status: http.StatusOK, body: "{}"}
	if queue := s.replies[key]; len(queue) > 0 {
		if answer = queue[0]; len(queue) > 1 {
			s.replies[key] = queue[1:]
		}
	}
	held := s.gates[key]
	s.mu.Unlock()
	if held != nil {
		held.arrived <- got
		select {
		case <-held.release:
		case <-r.Context().Done():
			return
		}
	}
	answer.write(w, r)
}

func (a reply) write(w http.ResponseWriter, r *http.Request) {
	switch a.kind {
	case "hang":
		<-r.Context().Done()
		return
	case "drop":
		panic(http.ErrAbortHandler)
	}
	for _, h := range a.header {
		w.Header().Add(h[0], h[1])
	}
	if w.Header().Get("Content-Type") == "" && a.body != "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// script tells the service what to answer, a line for every reply:
//
//	GET /stock/1 -> 503 | Retry-After: 1 => {"error": "busy"}
//
// Instead of a status, "hang" answers never and "drop" breaks the connection.
func (s *service) script(text string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, answer, err := parseReply(line)
		if err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
		s.replies[key] = append(s.replies[key], answer)
	}
}

func parseReply(line string) (key string, a reply, err error) {
	key, rest, ok := strings.Cut(line, " -> ")
	if !ok {
		return "", a, fmt.Errorf("there is no ->")
	}
	head, body, _ := strings.Cut(rest, " => ")
	a.body = body
	parts := strings.Split(head, " | ")
	if a.status, err = strconv.Atoi(parts[0]); err != nil {
		a.kind = parts[0]
	}
	for _, h := range parts[1:] {
		name, value, _ := strings.Cut(h, ": ")
		a.header = append(a.header, [2]string{name, value})
	}
	return key, a, nil
}

// hold keeps calls of an address waiting until the gate is opened.
func (s *service) hold(key string) *gate {
	g := &gate{arrived: make(chan call, 1000), release: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gates[key] = g
	return g
}

func (s *service) releaseAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.gates {
		g.open()
	}
}

// calls are those the service got, in order.
func (s *service) calls() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// lines are the calls, each with its body.
func (s *service) lines() []string {
	var lines []string
	for _, c := range s.calls() {
		lines = append(lines, strings.TrimSpace(c.Line+" "+c.Body))
	}
	return lines
}

// count is how many calls an address got.
func (s *service) count(line string) int {
	n := 0
	for _, c := range s.calls() {
		if c.Line == line {
			n++
		}
	}
	return n
}
