package command_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestPreferencesAreRead(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, mirror)
	p.publish(t, strings.Replace(mirror, "slug: mirror\n", "slug: later\nmode: async\n", 1))
	p.publish(t, strings.Replace(mirror, "slug: mirror\n", "slug: fixed\ncallers_choose: false\n", 1))
	p.publish(t, strings.Replace(mirror, "slug: mirror\n", "slug: short\ndeadline: 1500ms\n", 1))
	for name, tc := range map[string]struct {
		slug    string
		headers []string
		status  int
		applied string
	}{
		"nothing asked of a sync flow":    {"mirror", nil, 200, ""},
		"nothing asked of an async flow":  {"later", nil, 202, ""},
		"async":                           {"mirror", []string{"respond-async"}, 202, "respond-async"},
		"async, in capitals":              {"mirror", []string{"Respond-ASYNC"}, 202, "respond-async"},
		"async of an async flow":          {"later", []string{"respond-async"}, 202, "respond-async"},
		"wait on a sync flow":             {"mirror", []string{"wait=10"}, 200, "wait=10"},
		"wait on an async flow":           {"later", []string{"wait=10"}, 200, "wait=10"},
		"wait, quoted":                    {"later", []string{`wait="10"`}, 200, "wait=10"},
		"wait, escaped and quoted":        {"later", []string{`wait="1\0"`}, 200, "wait=10"},
		"wait with space around":          {"later", []string{"  wait = 10 "}, 200, "wait=10"},
		"wait and async":                  {"later", []string{"respond-async, wait=10"}, 200, "respond-async, wait=10"},
		"in two headers":                  {"later", []string{"respond-async", "wait=10"}, 200, "respond-async, wait=10"},
		"with parameters":                 {"later", []string{`wait=10; foo="a,b"; bar, respond-async;x`}, 200, "respond-async, wait=10"},
		"beside unknown ones":             {"later", []string{`handling=lenient, foo="wait=3, respond-async", wait=10`}, 200, "wait=10"},
		"the first of two counts":         {"later", []string{"wait=10, wait=20"}, 200, "wait=10"},
		"no longer than the deadline":     {"later", []string{"wait=99999999999999999999"}, 200, "wait=25"},
		"deadline of a second and a half": {"short", []string{"wait=60"}, 200, "wait=2"},
		"no time at all":                  {"mirror", []string{"wait=0"}, 202, "wait=0"},
		"negative":                        {"later", []string{"wait=-1"}, 202, ""},
		"no number":                       {"later", []string{"wait=soon, wait="}, 202, ""},
		"unknown":                         {"mirror", []string{"return=minimal"}, 200, ""},
		"nothing":                         {"mirror", []string{"", ",,;,=", `"`, `wait="10`}, 200, ""},
		"forbidden: async":                {"fixed", []string{"respond-async"}, 200, ""},
		"forbidden: wait":                 {"fixed", []string{"wait=0"}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			for _, value := range tc.headers {
				headers = append(headers, "Prefer", value)
			}
			a := p.hook(t, tc.slug, `{"a":1}`, headers...).wants(t, tc.status).wantsHeader(t, "Preference-Applied", tc.applied)
			mode := map[int]string{200: "sync", 202: "async"}[tc.status]
			if got := p.call(t, http.MethodGet, "/executions/"+a.id(t), nil).get(t, "mode"); got != mode {
				t.Errorf("the mode is %s, not the %s one that was in effect", got, mode)
			}
		})
	}
	refused := p.hook(t, "mirror", `{"a":`, "Prefer", "respond-async").wantsProblem(t, http.StatusBadRequest, "unreadable-body")
	refused.wantsHeader(t, "Preference-Applied", "")
}

// Who asks to be kept waiting for a time gets a hand-over when it is up, also
// from a flow whose callers get a problem at its deadline.
func TestWaitEndsWithAHandOver(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "on_deadline: fail\n", ""))
	a := p.hook(t, "ask", nil, "Prefer", "wait=1")
	response := p.wantsHandOver(t, a)
	a.wantsHeader(t, "Preference-Applied", "wait=1")
	o.next(t).reply(200, `{"a":1}`)
	p.call(t, http.MethodGet, response, nil, "Prefer", "wait=40").wants(t, http.StatusOK).wantsBody(t, `{"a":1}`)
}

// A caller may ask for a problem at the deadline.
func TestCallerMayAskForAProblemAtTheDeadline(t *testing.T) { //nolint:tparallel // one outside service tells the calls apart by their order
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, asking("ask", o.url, "deadline: 50ms\n", ""))
	for name, tc := range map[string]struct {
		headers []string
		status  int
	}{
		"asked":                    {[]string{"Redial-On-Deadline", "fail"}, http.StatusGatewayTimeout},
		"asked with a longer wait": {[]string{"Redial-On-Deadline", "FAIL", "Prefer", "wait=1"}, http.StatusGatewayTimeout},
		"asked for something else": {[]string{"Redial-On-Deadline", "perhaps"}, http.StatusAccepted},
		"not asked":                {nil, http.StatusAccepted},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.hook(t, "ask", nil, tc.headers...).wants(t, tc.status)
			if tc.status == http.StatusGatewayTimeout {
				a.wantsProblem(t, tc.status, "deadline")
			}
			o.next(t).reply(200, fmt.Sprintf(`{"for":%q}`, name))
			p.finished(t, a.id(t))
			p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil).wants(t, http.StatusOK).wantsBody(t, fmt.Sprintf(`{"for":%q}`, name))
		})
	}
}

// A long poll answers when there is something to tell, and says what there is
// when the time is up.
func TestAskingMayWait(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, `redial: 1
slug: early
mode: async
trigger: {uses: webhook}
steps:
  first: {uses: http, with: {url: "`+o.url+`"}}
  answer: {uses: respond, with: {body: "{{ steps.first.body }}"}}
  later: {uses: http, with: {url: "`+o.url+`"}}
edges: [trigger -> first, first -> answer, answer -> later]
`)
	id := p.hook(t, "early", nil).wants(t, http.StatusAccepted).id(t)
	status, response := "/executions/"+id, "/executions/"+id+"/response"
	pending := p.call(t, http.MethodGet, response, nil, "Prefer", "wait=1").wants(t, http.StatusAccepted)
	pending.wantsHeader(t, "Redial-Answer", "pending").wantsHeader(t, "Preference-Applied", "wait=1")
	if a := p.call(t, http.MethodGet, status, nil, "Prefer", "wait=0").wantsHeader(t, "Preference-Applied", "wait=0"); a.get(t, "status") != "running" {
		t.Errorf("the status is %s", a)
	}
	answers, ends := make(chan answer, 1), make(chan answer, 1)
	poll := func(path string, to chan<- answer) {
		a, err := p.try(t, http.MethodGet, path, nil, "Prefer", "wait=600")
		if err != nil {
			t.Error(err)
		}
		to <- a
	}
	go poll(response, answers)
	go poll(status, ends)
	o.next(t).reply(200, `{"a":1}`)
	(<-answers).wants(t, http.StatusOK).wantsBody(t, `{"a":1}`).wantsHeader(t, "Redial-Answer", "final").wantsHeader(t, "Preference-Applied", "wait=60")
	later := o.next(t)
	select {
	case a := <-ends:
		t.Errorf("the execution goes on, and its status was told: %s", a)
	default:
	}
	later.reply(200, `{}`)
	if a := (<-ends).wants(t, http.StatusOK); a.get(t, "status") != "succeeded" {
		t.Errorf("the status is %s", a)
	}
	p.call(t, http.MethodGet, "/executions/nobody", nil, "Prefer", "wait=60").wantsProblem(t, http.StatusNotFound, "not-found")
}
