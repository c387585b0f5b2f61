package web_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"redial/store"
)

// drop drops all executions that have ended and owe nothing, as if they were old.
func (r *room) drop(t *testing.T) []string {
	t.Helper()
	ids, next, err := r.store.DropExecutions(t.Context(), store.DropQuery{Before: time.Now().Add(time.Hour), Limit: 100})
	if err != nil || next != "" {
		t.Fatal(next, err)
	}
	r.dropped(ids)
	return ids
}

// guarded lets in who has the connection's token.
const guarded = `redial: 1
slug: guarded
trigger: {uses: webhook, with: {auth: {type: bearer, connection: callers}}}
steps: {answer: {uses: respond, with: {body: heard}}}
edges: [trigger -> answer]
`

func TestDroppedExecutionIsGoneForThoseWhoMightHaveReadIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/callers", `{"component":"http","fields":{"token":"one"}}`)
	r.publish(t, "guarded", guarded)
	r.publish(t, "mirror", mirror)
	caller := []string{"Authorization", "Bearer one"}
	id := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/guarded", "{}", caller...).header.Get("Redial-Execution-Id")
	open := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror", "{}").header.Get("Redial-Execution-Id")
	keyed := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror", "{}", "Idempotency-Key", "k").header.Get("Redial-Execution-Id")
	if got := r.drop(t); !slices.Equal(got, []string{id, open}) {
		t.Fatalf("dropped %q", got)
	}
	for _, path := range []string{"/executions/" + id, "/executions/" + id + "/response"} {
		a := r.wants(t, http.StatusGone, http.MethodGet, path, "", append(caller, "Prefer", "wait=5")...)
		if a.field(t, "type") != r.url+"/problems/execution-dropped" || a.field(t, "executionId") != id || !strings.Contains(a.body, "are kept for a time") {
			t.Errorf("%s: %s", path, a.body)
		}
		if final := a.header.Get("Redial-Answer") == "final"; final != strings.HasSuffix(path, "/response") || a.header.Get("Redial-Execution-Id") != id {
			t.Errorf("%s: %v", path, a.header)
		}
		r.wants(t, http.StatusGone, http.MethodGet, path, "") // the owner
		for _, headers := range [][]string{{"Authorization", ""}, {"Authorization", "Bearer two"}} {
			other := r.wants(t, http.StatusNotFound, http.MethodGet, path, "", headers...)
			nobody := r.wants(t, http.StatusNotFound, http.MethodGet, strings.Replace(path, id, "01M81RFGWJXTPKFRE6FMM7WNAV", 1), "", headers...)
			if other.body != nobody.body {
				t.Errorf("%s tells that it was there: %s", path, other.body)
			}
		}
	}
	r.wants(t, http.StatusGone, http.MethodGet, "/executions/"+open+"/response", "", "Authorization", "") // the ID is enough
	r.wants(t, http.StatusGone, http.MethodPost, "/executions/"+open+"/cancel", "", "Authorization", "")
	r.wants(t, http.StatusOK, http.MethodGet, "/executions/"+keyed+"/response", "", "Authorization", "")
	for method, paths := range map[string][]string{
		http.MethodGet:    {"", "/events"},
		http.MethodPost:   {"/cancel", "/rerun", "/callback"},
		http.MethodDelete: {""},
	} {
		for _, path := range paths {
			body := map[bool]string{true: "{}"}[method == http.MethodPost]
			if a := r.call(t, method, "/api/executions/"+id+path, body); a.status != http.StatusGone {
				t.Errorf("%s %s: %d %s", method, path, a.status, a.body)
			}
		}
	}
	if a := r.wants(t, http.StatusOK, http.MethodGet, "/metrics", ""); !strings.Contains(a.body, `redial_executions_dropped_total{why="age"} 2`) {
		t.Error("they were not counted")
	}
}

func TestPagesSayThatAnExecutionWasDropped(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	id := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror", "{}").header.Get("Redial-Execution-Id")
	p := r.signIn(t)
	r.drop(t)
	for path, headers := range map[string][]string{
		"/executions/" + id:                   {"Accept", "text/html"},
		"/executions/" + id + "/summary":      asFragment,
		"/executions/" + id + "/steps/answer": asFragment,
	} {
		a := p.get(t, path, headers...)
		if a.status != http.StatusGone || !strings.Contains(a.body, "was deleted on") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	wantsText(t, p.shows(t, "/executions", "Accept", "text/html"), "!"+id)
	stranger := r.stranger(t).get(t, "/executions/"+id, "Accept", "text/html")
	if stranger.status != http.StatusGone { // whoever has the ID of an open flow's execution might have read it
		t.Errorf("a stranger got %d %s", stranger.status, stranger.body)
	}
}

func TestExecutionIsDeletedByHand(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	r.publish(t, "pausing", pausing)
	waiting := r.wants(t, http.StatusAccepted, http.MethodPost, "/hooks/pausing", "{}").header.Get("Redial-Execution-Id")
	keyed := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror", "{}", "Idempotency-Key", "k").header.Get("Redial-Execution-Id")
	for id, why := range map[string]string{waiting: "has not ended", keyed: "by its key until"} {
		a := r.wants(t, http.StatusConflict, http.MethodDelete, "/api/executions/"+id, "")
		if !strings.Contains(a.body, why) {
			t.Errorf("it is refused by %s", a.body)
		}
		r.wants(t, http.StatusOK, http.MethodGet, "/api/executions/"+id, "")
	}
	r.wants(t, http.StatusUnauthorized, http.MethodDelete, "/api/executions/"+keyed, "", "Authorization", "")
	r.wants(t, http.StatusNotFound, http.MethodDelete, "/api/executions/unknown", "")

	r.wants(t, http.StatusOK, http.MethodPost, "/api/executions/"+waiting+"/cancel", "")
	live := r.dialLive(t, waiting)
	r.wants(t, http.StatusNoContent, http.MethodDelete, "/api/executions/"+waiting, "")
	wantsClose(t, live, 4410)
	wantsClose(t, r.dialLive(t, waiting), 4410)
	a := r.wants(t, http.StatusGone, http.MethodGet, "/executions/"+waiting+"/response", "")
	if !strings.Contains(a.body, "wanted it deleted") {
		t.Errorf("it is gone by %s", a.body)
	}
	if a := r.wants(t, http.StatusOK, http.MethodGet, "/metrics", ""); !strings.Contains(a.body, `redial_executions_dropped_total{why="deleted"} 1`) {
		t.Error("it was not counted")
	}
}

// dialLive opens the socket of an execution.
func (r *room) dialLive(t *testing.T, id string) *websocket.Conn {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + apiToken}}
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(r.url, "http")+"/executions/"+id+"/live?after=100", header)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// wantsClose waits until a socket is closed.
func wantsClose(t *testing.T, conn *websocket.Conn, code int) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		_, _, err := conn.ReadMessage()
		if err == nil {
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != code {
			t.Errorf("the socket is closed by %v, not %d", err, code)
		}
		return
	}
}
