package command_test

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestSocketAndListTellTheSame(t *testing.T) {
	t.Parallel()
	p := demo(t)
	a := p.hook(t, "order-request", order("L-1", twoLamps+","+twoLamps)).wants(t, http.StatusOK)
	frames := p.finished(t, a.id(t))
	list := p.api(t, http.MethodGet, "/api/executions/"+a.id(t)+"/events", nil).wants(t, http.StatusOK).list(t, "events")
	if len(list) != len(frames) {
		t.Fatalf("%d events are listed, %d were sent", len(list), len(frames))
	}
	for i := range frames {
		if frames[i].get(t, "seq") != strconv.Itoa(i+1) || frames[i].get(t, "execution") != a.id(t) {
			t.Errorf("frame %d is %s", i, frames[i].text)
		}
		if got := jsonText(t, list[i]); got != jsonText(t, frames[i].value) {
			t.Errorf("event %d is listed as %s, but was sent as %s", i, got, frames[i].text)
		}
	}
	got := names(t, frames)
	for i, want := range map[int]string{0: "execution.started", 1: "step.started stock", len(got) - 1: "execution.finished succeeded"} {
		if got[i] != want {
			t.Errorf("event %d is %q, not %q", i, got[i], want)
		}
	}
	for _, want := range []string{
		"step.finished check_inventory succeeded", "step.finished in_stock succeeded", "step.finished warehouse_mail skipped",
		"response.stored", "step.finished confirmed succeeded",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("there is no %q in %q", want, got)
		}
	}
	if slices.Contains(got, "step.started warehouse_mail") {
		t.Errorf("a skipped step was started: %q", got)
	}
	iterations := map[string]int{}
	for _, e := range frames {
		if e.get(t, "step") == "check_inventory" {
			iterations[e.get(t, "type")+" "+e.get(t, "iteration")]++
		}
		if e.get(t, "type") == "step.finished" && e.get(t, "outcome") == "succeeded" && e.get(t, "ms") == "" {
			t.Errorf("%s does not say how long it took", e.text)
		}
		if e.get(t, "step") == "in_stock" && e.get(t, "type") == "step.finished" && e.get(t, "port") != "available" {
			t.Errorf("the branch says %s", e.text)
		}
	}
	for _, key := range []string{"step.started 0", "step.started 1", "step.finished 0", "step.finished 1"} {
		if iterations[key] != 1 {
			t.Errorf("the rounds are %v", iterations)
		}
	}
}

func TestSocketGoesOnFromAnEvent(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "mode: async\n", ""))
	a := p.hook(t, "ask", nil)
	call := o.next(t)
	early := p.watch(t, "/executions/"+a.id(t)+"/live?after=1")
	first := early.until(t, "step.started ask")
	if len(first) != 1 || first[0].get(t, "seq") != "2" {
		t.Errorf("after event 1 came %q", names(t, first))
	}
	call.reply(200, `{}`)
	rest := slices.Concat(first, early.until(t, "execution.finished"))
	for i := range rest {
		if rest[i].get(t, "seq") != strconv.Itoa(i+2) {
			t.Errorf("frame %d is %s", i, rest[i].text)
		}
	}
	list := p.api(t, http.MethodGet, "/api/executions/"+a.id(t)+"/events?after=3", nil).list(t, "events")
	if len(list) != len(rest)-2 || pick(t, list[0], "seq") != "4" {
		t.Errorf("after event 3 are listed %v", list)
	}
	for _, after := range []string{"x", "-1", "1.5"} {
		p.api(t, http.MethodGet, "/api/executions/"+a.id(t)+"/events?after="+after, nil).wantsProblem(t, http.StatusBadRequest, "bad-request")
	}
}

func TestSocketOfAFlowAnnouncesItsExecutions(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	p.publish(t, echo)
	p.hook(t, "mirror", `1`).wants(t, http.StatusOK)
	viewer := p.watch(t, "/flows/mirror/live")
	p.call(t, http.MethodGet, "/hooks/echo", nil).wants(t, http.StatusOK)
	var want []string
	for range 3 {
		want = append(want, p.hook(t, "mirror", `2`).wants(t, http.StatusOK).id(t))
	}
	for _, id := range want {
		events := viewer.until(t, "execution.finished")
		for i, e := range events {
			if e.get(t, "execution") != id || e.get(t, "seq") != strconv.Itoa(i+1) {
				t.Errorf("frame %d is %s, not one of %s", i, e.text, id)
			}
		}
		if events[0].get(t, "type") != "execution.started" {
			t.Errorf("the first event is %s", events[0].text)
		}
	}
}

func TestSocketsAreNotForEverybody(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	id := p.hook(t, "mirror", `1`).id(t)
	for _, path := range []string{"/executions/" + id + "/live", "/flows/mirror/live"} {
		for name, tc := range map[string]struct {
			headers []string
			status  int
		}{
			"no token":       {[]string{"Authorization", ""}, http.StatusUnauthorized},
			"wrong token":    {[]string{"Authorization", "Bearer x"}, http.StatusUnauthorized},
			"foreign origin": {[]string{"Origin", "https://evil.example"}, http.StatusForbidden},
			"null origin":    {[]string{"Origin", "null"}, http.StatusForbidden},
			"another port":   {[]string{"Origin", "http://127.0.0.1:1"}, http.StatusForbidden},
		} {
			if _, response, err := p.dial(t, path, tc.headers...); err == nil || response == nil || response.StatusCode != tc.status {
				t.Errorf("%s with %s: %v, %v", path, name, err, response)
			}
		}
		if _, _, err := p.dial(t, path, "Origin", p.base); err != nil {
			t.Errorf("%s from our own page: %v", path, err)
		}
		if a := p.api(t, http.MethodGet, path, nil); a.status != http.StatusBadRequest && a.status != http.StatusUpgradeRequired {
			t.Errorf("%s without a socket: %s", path, a)
		}
	}
	for _, path := range []string{"/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV/live", "/flows/nobody/live"} {
		if _, response, err := p.dial(t, path); err == nil || response == nil || response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v, %v", path, err, response)
		}
	}
}

func TestSocketsCloseWhenTheServerStops(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	id := p.hook(t, "mirror", `1`).id(t)
	sockets := []*socket{p.watch(t, "/flows/mirror/live"), p.watch(t, "/executions/"+id+"/live")}
	sockets[1].until(t, "execution.finished")
	p.interrupt()
	for i, s := range sockets {
		_, err := s.next(t)
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != websocket.CloseGoingAway {
			t.Errorf("socket %d ended with %v", i, err)
		}
	}
	if code := p.exit(t); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
}

// A viewer who does not read lags, and misses nothing.
func TestSlowViewerMissesNothing(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, `redial: 1
slug: many
trigger: {uses: webhook}
steps:
  rounds:
    uses: each
    with:
      items: 1..500
      do:
        steps:
          one: {uses: transform, with: {set: {a: "{{ item }}"}}}
        edges: []
  answer: {uses: respond, with: {body: "{{ len(steps.rounds) }}"}}
edges:
  - trigger -> rounds
  - rounds -> answer
`)
	viewer := p.watch(t, "/flows/many/live")
	const calls = 4
	for range calls {
		p.hook(t, "many", `{}`).wants(t, http.StatusOK)
	}
	for range calls {
		events := viewer.until(t, "execution.finished")
		if len(events) < 1000 {
			t.Errorf("there are %d events", len(events))
		}
		for i, e := range events {
			if e.get(t, "seq") != strconv.Itoa(i+1) {
				t.Fatalf("frame %d is %s", i, strings.TrimSpace(e.text))
			}
		}
	}
}
