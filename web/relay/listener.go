package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// Pauses between attempts to reach the server.
	firstPause  = 500 * time.Millisecond
	longestWait = 15 * time.Second
	// handshakeTime bounds one attempt.
	handshakeTime = 10 * time.Second
	// silence is after how long a server that sends nothing, not even a ping, is
	// gone. It pings every 25 s.
	silence = 70 * time.Second
	// postTime is how long the developer's program may take, as for a delivery.
	postTime = 20 * time.Second
	// atOnce bounds the callbacks under way to the developer's program.
	atOnce = 8
)

// Listener takes callbacks from a server and posts them to a program.
type Listener struct {
	// Server is the origin of the server, and Token one of its API tokens.
	Server *url.URL
	Token  string
	// Flows are the slugs of the flows to listen to; empty: all.
	Flows []string
	// Forward is where callbacks are posted to.
	Forward *url.URL
	// Out gets a line for each thing that happens.
	Out io.Writer

	mu sync.Mutex // of Out
	// cursor is where the next connection goes on; empty: none was made yet.
	cursor string
}

// Run relays what is delivered from now on, until the context ends, which is no error.
// When the connection breaks it connects again, and goes on where it was. The error is that of a server that refuses the listener.
func (l *Listener) Run(ctx context.Context) error {
	posts := &poster{listener: l, client: &http.Client{
		Timeout: postTime, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: atOnce},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, slots: make(chan struct{}, atOnce)}
	defer posts.wait()
	pause := firstPause
	for {
		conn, err := l.dial(ctx)
		if err == nil {
			pause = firstPause
			err = l.receive(ctx, conn, posts)
		}
		var refused *refusal
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &refused):
			return err
		}
		l.printf("no connection to %s: %v; trying again in %s", l.Server, err, pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
		pause = min(2*pause, longestWait)
	}
}

func (l *Listener) which() string {
	if len(l.Flows) == 0 {
		return "all flows"
	}
	return strings.Join(l.Flows, ", ")
}

// refusal is why a server does not let the listener listen. Asking again changes
// nothing.
type refusal struct{ message string }

func (r *refusal) Error() string { return r.message }

func (l *Listener) dial(ctx context.Context) (*websocket.Conn, error) {
	address := l.Server.JoinPath("/api/callbacks/live")
	address.Scheme = strings.Replace(address.Scheme, "http", "ws", 1)
	address.RawQuery = url.Values{"flow": l.Flows, "after": {l.cursor}}.Encode()
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeTime}
	conn, response, err := dialer.DialContext(ctx, address.String(), http.Header{"Authorization": {"Bearer " + l.Token}})
	if response != nil {
		defer func() { _ = response.Body.Close() }()
	}
	if err == nil {
		conn.SetReadLimit(maxDelivery)
		return conn, nil
	}
	if response == nil {
		return nil, err
	}
	answer := fmt.Errorf("the server answered %d: %s", response.StatusCode, detail(response.Body))
	if response.StatusCode >= 400 && response.StatusCode < 500 && response.StatusCode != http.StatusTooManyRequests {
		return nil, &refusal{answer.Error()}
	}
	return nil, answer
}

// detail is what a problem says.
func detail(body io.Reader) string {
	var problem struct{ Detail string }
	if err := json.NewDecoder(io.LimitReader(body, 64<<10)).Decode(&problem); err != nil || problem.Detail == "" {
		return "this is no server of Redial that relays callbacks"
	}
	return problem.Detail
}

// receive reads until the connection breaks or the context ends.
func (l *Listener) receive(ctx context.Context, conn *websocket.Conn, posts *poster) error {
	stop := context.AfterFunc(ctx, func() {
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
		_ = conn.Close()
	})
	defer func() {
		stop()
		_ = conn.Close()
	}()
	answer := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		_ = conn.SetReadDeadline(time.Now().Add(silence))
		return answer(data)
	})
	var greeting Greeting
	if err := next(conn, &greeting); err != nil {
		return err
	}
	l.cursor = greeting.Cursor
	// Not before there is a cursor: from here on nothing is missed.
	l.printf("connected to %s; callbacks of %s go to %s", l.Server, l.which(), l.Forward)
	if greeting.Missed {
		l.printf("some callbacks were delivered in the meantime and are not kept any more")
	}
	for {
		var d Delivery
		if err := next(conn, &d); err != nil {
			return err
		}
		posts.start(ctx, &d)
		l.cursor = d.Cursor
	}
}

// next reads a frame.
func next(conn *websocket.Conn, into any) error {
	if err := conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return err
	}
	_, frame, err := conn.ReadMessage()
	if err != nil {
		return reason(err)
	}
	if err := json.Unmarshal(frame, into); err != nil {
		return fmt.Errorf("reading a callback: %w", err)
	}
	return nil
}

// reason says why a server has closed the connection, if it did.
func reason(err error) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return err
	}
	switch closed.Code {
	case websocket.CloseGoingAway:
		return errors.New("the server is stopping")
	case websocket.CloseTryAgainLater:
		return errors.New("callbacks came faster than they could be taken")
	default:
		return err
	}
}

// printf prints a line with the time.
func (l *Listener) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// A reader of our output that has gone away is no reason to stop.
	_, _ = fmt.Fprintf(l.Out, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}
