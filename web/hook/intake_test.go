package hook

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Bodies that are held together have a bound, which counts what has come.
func TestIntakeBoundsBodiesTogether(t *testing.T) {
	t.Parallel()
	in := newIntake(100 << 10)
	type outcome struct {
		size    int
		err     error
		release func()
	}
	read := make(chan outcome, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, release, err := in.read(w, r, 1<<20)
		read <- outcome{len(data), err, release}
	}))
	t.Cleanup(server.Close)
	post := func(size int) outcome {
		t.Helper()
		response, err := http.Post(server.URL, "text/plain", bytes.NewReader(make([]byte, size)))
		if err == nil {
			_ = response.Body.Close()
		}
		return <-read
	}
	first := post(60 << 10)
	if first.err != nil || first.size != 60<<10 {
		t.Fatalf("%d bytes, %v", first.size, first.err)
	}
	second := post(60 << 10)
	if !errors.Is(second.err, errNoRoom) {
		t.Errorf("there was room for more than fits: %v", second.err)
	}
	second.release()
	first.release()
	first.release() // a second time gives nothing back
	if again := post(90 << 10); again.err != nil {
		t.Errorf("the room was not given back: %v", again.err)
	}
}

// What was announced and does not come takes no room from others.
func TestIntakeHoldsNoRoomForWhatDoesNotCome(t *testing.T) {
	t.Parallel()
	in := newIntake(64 << 10)
	begun := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			begun <- struct{}{}
		}
		_, release, err := in.read(w, r, 1<<20)
		defer release()
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	slow, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if _, err := slow.Write([]byte("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nx")); err != nil {
		t.Fatal(err)
	}
	<-begun
	response, err := http.Post(server.URL, "text/plain", strings.NewReader(strings.Repeat("x", 30<<10)))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("another body got %s", response.Status)
	}
}
