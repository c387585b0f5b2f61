package command_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// socket is a viewer of live events.
type socket struct {
	conn *websocket.Conn
}

// dial opens a websocket with the token of the tests and other headers.
func (p *program) dial(t *testing.T, path string, headers ...string) (*socket, *http.Response, error) {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + apiToken}}
	for i := 0; i+1 < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			header.Del(headers[i])
		}
	}
	dialer := websocket.Dialer{HandshakeTimeout: patience}
	conn, response, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(p.base, "http")+path, header)
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return nil, response, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &socket{conn}, response, nil
}

// watch opens a websocket, which has to succeed.
func (p *program) watch(t *testing.T, path string) *socket {
	t.Helper()
	s, _, err := p.dial(t, path)
	if err != nil {
		t.Fatalf("opening the socket %s: %v", path, err)
	}
	return s
}

// event is one frame of a socket.
type event struct {
	text  string
	value any
}

func (e event) get(t *testing.T, path string) string {
	t.Helper()
	return pick(t, e.value, path)
}

// name is type, step and outcome of an event: "step.finished ask succeeded".
func (e event) name(t *testing.T) string {
	t.Helper()
	parts := []string{e.get(t, "type"), e.get(t, "step"), e.get(t, "outcome")}
	if e.get(t, "type") == "execution.finished" {
		parts = append(parts, e.get(t, "status"))
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// next is the next frame.
func (s *socket) next(t *testing.T) (event, error) {
	t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	kind, data, err := s.conn.ReadMessage()
	if err != nil {
		return event{}, err
	}
	if kind != websocket.TextMessage {
		t.Fatalf("a frame is not text: %x", data)
	}
	return event{string(data), decode(t, data)}, nil
}

// until reads frames up to the first whose name begins with the words.
func (s *socket) until(t *testing.T, words string) []event {
	t.Helper()
	var events []event
	for {
		e, err := s.next(t)
		if err != nil {
			t.Fatalf("no %q came: %v; there were %v", words, err, names(t, events))
		}
		events = append(events, e)
		if strings.HasPrefix(e.name(t), words) {
			return events
		}
	}
}

func names(t *testing.T, events []event) []string {
	t.Helper()
	list := make([]string, len(events))
	for i := range events {
		list[i] = events[i].name(t)
	}
	return list
}

// finished waits for the end of an execution and returns all of its events.
func (p *program) finished(t *testing.T, id string) []event {
	t.Helper()
	return p.watch(t, "/executions/"+id+"/live").until(t, "execution.finished")
}

// reached waits until an execution has come to an event.
func (p *program) reached(t *testing.T, id, words string) {
	t.Helper()
	p.watch(t, "/executions/"+id+"/live").until(t, words)
}
