package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// pinFlow has a step that cannot be reached, one that reads it, and an each.
const pinFlow = `redial: 1
slug: pins
trigger: {uses: webhook, with: {methods: [GET, POST]}}
steps:
  look: {uses: http, name: Look, with: {url: "http://127.0.0.1:1/look"}}
  twice: {uses: transform, with: {set: {n: "{{ steps.look.body.n * 2 }}"}}}
  lines:
    uses: each
    with: {items: "[steps.twice.n, 5]", do: {steps: {line: {uses: transform, with: {set: {x: "{{ item + 1 }}"}}}}}}
  choose: {uses: branch, with: {paths: [{name: much, when: steps.twice.n > 10}, {name: little}]}}
  answer: {uses: respond, with: {body: {n: "{{ steps.twice.n }}", lines: "{{ steps.lines }}"}}}
  sorry: {uses: respond, with: {body: sorry}}
edges: [trigger -> look, look -> twice, twice -> lines, lines -> choose, choose.much -> answer, choose.little -> sorry]
`

// pinRoom has a draft of the flow and somebody who is signed in.
func pinRoom(t *testing.T) (*room, *person) {
	t.Helper()
	r := open(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/pins", pinFlow)
	return r, r.signIn(t)
}

func (p *person) pin(t *testing.T, step, output string) {
	t.Helper()
	if a := p.send(t, http.MethodPut, "/flows/pins/pins/"+step, output); a.status != http.StatusNoContent {
		t.Fatalf("pinning %s: %d %s", step, a.status, a.body)
	}
}

// output is what a step put out in an execution, as JSON.
func (p *person) output(t *testing.T, id, step, query string) string {
	t.Helper()
	a := p.get(t, "/executions/"+id+"/steps/"+step+"/output"+query)
	if a.status != http.StatusOK {
		t.Fatalf("the output of %s: %d %s", step, a.status, a.body)
	}
	return strings.Join(strings.Fields(a.body), "")
}

const wholeRun = `{"method": "POST", "body": ""}`

// part is the body of a request to run a part of the flow.
func part(aim, step, execution string) string {
	return `{"method": "POST", "body": "", "part": {"aim": "` + aim + `", "step": "` + step + `", "execution": "` + execution + `"}}`
}

func TestPins(t *testing.T) {
	t.Parallel()
	_, p := pinRoom(t)
	if a := p.get(t, "/flows/pins/pins/look"); a.status != http.StatusNotFound {
		t.Errorf("nothing pinned yet: %d %s", a.status, a.body)
	}
	p.pin(t, "look", `{"body": {"n": 9007199254740993, "f": 1.0, "t": "</script>\u2028"}}`)
	found := p.get(t, "/flows/pins/pins/look")
	wantsText(t, found.body, "9007199254740993", `"user":"ada"`, `"text":`)
	p.pin(t, "look", `{"body": {"n": 7}}`)
	wantsText(t, p.get(t, "/flows/pins/stale").body, `"pinned":["look"]`, `"execution":""`)

	id := p.runs(t, "pins", wholeRun)
	wantsText(t, p.events(t, id), `"pinned":true`, `"status":200`)
	if got := p.output(t, id, "twice", ""); got != `{"n":14}` {
		t.Errorf("the step behind it put out %s", got)
	}
	wantsText(t, p.shows(t, "/executions/"+id+"/steps/look", asFragment...), "pinned")
	if a := p.send(t, http.MethodDelete, "/flows/pins/pins/look", ""); a.status != http.StatusNoContent {
		t.Errorf("unpinning: %d", a.status)
	}
	wantsText(t, p.events(t, p.runs(t, "pins", wholeRun)), "!pinned", `"code":"egress"`)
}

func TestPinsRefused(t *testing.T) {
	t.Parallel()
	r, p := pinRoom(t)
	deep := strings.Repeat("[", 600) + strings.Repeat("]", 600)
	for name, test := range map[string]struct {
		path, body string
		status     int
		says       string
	}{
		"not JSON":        {"look", `{"n"`, 422, "This is not JSON"},
		"empty":           {"look", ``, 422, "This is not JSON"},
		"too deep":        {"look", deep, 422, "nested too deeply"},
		"too large":       {"look", `"` + strings.Repeat("x", 1<<20) + `"`, 413, ""},
		"no step":         {"nobody", `1`, 404, ""},
		"the trigger":     {"trigger", `1`, 404, ""},
		"a branch":        {"choose", `1`, 422, "A branch puts out nothing"},
		"a respond":       {"answer", `1`, 422, "makes the answer anew"},
		"no execution":    {"look?execution=nobody", ``, 404, ""},
		"no output":       {"look?execution={}", ``, 422, "put nothing out in this run"},
		"a round of none": {"look?execution={}&round=7", ``, 422, "put nothing out in this run"},
		"another flow's":  {"look?execution={other}", ``, 404, ""},
	} {
		failed := p.runs(t, "pins", wholeRun)
		path := "/flows/pins/pins/" + strings.ReplaceAll(test.path, "{}", failed)
		if strings.Contains(path, "{other}") {
			r.publish(t, "mirror", mirror)
			path = strings.ReplaceAll(path, "{other}", p.runs(t, "mirror", wholeRun))
		}
		a := p.send(t, http.MethodPut, path, test.body)
		if a.status != test.status || !strings.Contains(a.body, test.says) {
			t.Errorf("%s: got %d %s", name, a.status, a.body)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		if a := r.stranger(t).send(t, method, "/flows/pins/pins/look", "1"); a.status != http.StatusUnauthorized {
			t.Errorf("a stranger's %s gets %d", method, a.status)
		}
	}
}

// What a step put out in a run can be pinned as it was, in one round too.
func TestPinOfARun(t *testing.T) {
	t.Parallel()
	_, p := pinRoom(t)
	p.pin(t, "look", `{"body": {"n": 7.0}}`)
	id := p.runs(t, "pins", wholeRun)
	p.pin(t, "twice?execution="+id, "")
	p.pin(t, "line?execution="+id+"&round=1", "")
	wantsText(t, p.get(t, "/flows/pins/pins/line").body, `{"x":6}`)
	again := p.runs(t, "pins", wholeRun)
	if got := p.output(t, again, "lines", ""); got != `[{"x":6},{"x":6}]` {
		t.Errorf("with one of its steps pinned the each step put out %s", got)
	}
}

// Callers get what the published flow does, whatever is pinned.
func TestPinsNeverReachCallers(t *testing.T) {
	t.Parallel()
	r, p := pinRoom(t)
	p.pin(t, "twice", `{"n": 100}`)
	p.pin(t, "look", `{"body": {"n": 50}}`)
	r.wants(t, http.StatusOK, http.MethodPost, "/api/flows/pins/publish", "")
	a := r.call(t, http.MethodPost, "/hooks/pins", "")
	if a.status != http.StatusInternalServerError || strings.Contains(a.body, "100") {
		t.Errorf("the caller got %d %s", a.status, a.body)
	}
	wantsText(t, p.events(t, a.header.Get("Redial-Execution-Id")), "!pinned", "!part", `"code":"egress"`)
	wantsText(t, r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/pins", "").body, "!pinned", `!"n":100`)
	wantsText(t, p.get(t, "/flows/pins/export").body, "!100")

	duplicate := p.post(t, "/flows/pins/duplicate", nil)
	wantsText(t, duplicate.header.Get("Location")+duplicate.header.Get("HX-Redirect"), "/flows/pins-")
	slug := strings.TrimPrefix(duplicate.header.Get("Location")+duplicate.header.Get("HX-Redirect"), "/flows/")
	wantsText(t, p.get(t, "/flows/"+slug+"/stale").body, `"pinned":[]`)

	r.wants(t, http.StatusNoContent, http.MethodDelete, "/api/flows/pins", "")
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/pins", pinFlow)
	wantsText(t, p.get(t, "/flows/pins/stale").body, `"pinned":[]`)
}

func TestRunOfAPart(t *testing.T) {
	t.Parallel()
	_, p := pinRoom(t)
	if a := p.send(t, http.MethodPost, "/flows/pins/runs", part("step", "choose", "")); a.status != http.StatusUnprocessableEntity {
		t.Errorf("nothing is there to read: %d %s", a.status, a.body)
	} else {
		wantsText(t, a.body, "Run twice first, or pin an output to it: choose reads what it puts out.", `"step": "twice"`)
	}
	p.pin(t, "look", `{"body": {"n": 7}}`)
	upTo := p.runs(t, "pins", part("to", "lines", ""))
	wantsText(t, p.events(t, upTo), `"part":["look","twice","lines","line"]`, `"step":"line"`, `!"step":"choose"`, `!"status":200`)
	one := p.runs(t, "pins", part("step", "choose", ""))
	wantsText(t, p.events(t, one), `"part":["twice","choose"]`, `"reused":"`+upTo+`"`, `"port":"much"`)

	p.pin(t, "look", `{"body": {"n": 2}}`)
	from := p.runs(t, "pins", part("from", "lines", upTo))
	wantsText(t, p.events(t, from), `"reused":"`+upTo+`"`, `"port":"much"`, `"status":200`)
	from = p.runs(t, "pins", part("from", "look", upTo))
	wantsText(t, p.events(t, from), `"pinned":true`, `"port":"little"`, "!reused")
	if got := p.output(t, from, "twice", ""); got != `{"n":4}` {
		t.Errorf("from the pinned step on, the next one put out %s", got)
	}

	a := p.send(t, http.MethodPost, "/flows/pins/runs", part("step", "line", upTo))
	wantsText(t, a.body, "line is inside lines: the first round of it was run.")
	var started struct{ ExecutionID string }
	if err := json.Unmarshal([]byte(a.body), &started); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"another flow's": part("from", "lines", "01NOBODY"), "an unknown step": part("to", "nobody", ""), "no aim": part("sideways", "look", ""),
		"up to a pin": part("to", "look", ""),
	} {
		if a := p.send(t, http.MethodPost, "/flows/pins/runs", body); a.status != http.StatusNotFound && a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// A part can be run on the call of an earlier run.
func TestRunOfAPartOnTheSameCall(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "mirror", mirror)
	id := p.runs(t, "mirror", `{"method": "POST", "path": "/first", "body": "1"}`)
	body := strings.Replace(part("step", "answer", id), `"execution"`, `"sameCall": true, "execution"`, 1)
	again := p.runs(t, "mirror", body)
	wantsText(t, p.get(t, "/executions/"+again+"/response").body, `"path":"/first"`)
	wantsText(t, p.get(t, "/executions/"+p.runs(t, "mirror", part("step", "answer", id))+"/response").body, `!"path":"/first"`)
}

func TestStaleSteps(t *testing.T) {
	t.Parallel()
	r, p := pinRoom(t)
	wantsText(t, p.get(t, "/flows/pins/stale").body, `"steps":[]`, `"version":0`)
	p.pin(t, "look", `{"body": {"n": 7}}`)
	id := p.runs(t, "pins", wholeRun)
	wantsText(t, p.get(t, "/flows/pins/stale?execution="+id).body, `"steps":[]`, `"test":true`, `"gone":[]`)
	r.wants(t, http.StatusOK, http.MethodPut, "/api/flows/pins", strings.Replace(pinFlow, "item + 1", "item + 2", 1))
	wantsText(t, p.get(t, "/flows/pins/stale?execution="+id).body, `"steps":["lines","line","choose","answer","sorry"]`)
	p.pin(t, "look", `{"body": {"n": 8}}`)
	wantsText(t, p.get(t, "/flows/pins/stale").body, `"steps":["look","twice","lines","line","choose","answer","sorry"]`, id)
	p.pin(t, "look", `{"body": {"n": 7}}`)
	wantsText(t, p.get(t, "/flows/pins/stale").body, `"steps":["lines","line","choose","answer","sorry"]`)

	r.publish(t, "pins", pinFlow)
	called := r.call(t, http.MethodPost, "/hooks/pins", "").header.Get("Redial-Execution-Id")
	r.wants(t, http.StatusOK, http.MethodPut, "/api/flows/pins", strings.NewReplacer("  sorry: {", "  regret: {name: Regret, ", "-> sorry", "-> regret").Replace(pinFlow))
	wantsText(t, p.get(t, "/flows/pins/stale?execution="+called).body, `"version":1`, `"steps":[]`, `"gone":[{"id":"sorry","title":"sorry"}]`)
	if a := p.get(t, "/flows/pins/stale?execution=nobody"); a.status != http.StatusNotFound {
		t.Errorf("an unknown execution: %d", a.status)
	}
}

// A pin follows its step to another ID and back, stays when the step is deleted,
// and is not that of a new step of the same ID.
func TestPinsFollowEdits(t *testing.T) {
	t.Parallel()
	_, p := pinRoom(t)
	p.pin(t, "look", `1`)
	var head struct{ Revision int64 }
	edits := 0
	send := func(kind, operations string) {
		t.Helper()
		edits++
		token := "00000000-0000-4000-8000-" + strings.Repeat(string(rune('a'+edits%6)), 11) + string(rune('0'+edits/6))
		a := p.send(t, http.MethodPost, "/flows/pins/"+kind, fmt.Sprintf(`{"base": %d, "token": %q%s}`, max(1, head.Revision), token, operations))
		if err := json.Unmarshal([]byte(a.body), &head); err != nil || a.status != http.StatusOK {
			t.Fatalf("%s %s: %d %s", kind, operations, a.status, a.body)
		}
	}
	wantsPins := func(want string) {
		t.Helper()
		wantsText(t, p.get(t, "/flows/pins/stale").body, `"pinned":[`+want+`]`)
	}
	send("edits", `, "operations": [{"op": "rename", "step": "look", "id": "seen"}]`)
	wantsPins(`"seen"`)
	send("undo", "")
	wantsPins(`"look"`)
	send("redo", "")
	wantsPins(`"seen"`)
	send("edits", `, "operations": [{"op": "duplicate", "steps": ["seen"]}]`)
	wantsPins(`"seen"`)
	send("undo", "")
	send("edits", `, "operations": [{"op": "remove", "steps": ["seen"], "heal": true}]`)
	wantsPins("")
	send("undo", "")
	wantsPins(`"seen"`)
	send("edits", `, "operations": [{"op": "remove", "steps": ["seen"], "heal": true}]`)
	send("edits", `, "operations": [{"op": "add", "uses": "http", "id": "seen"}]`)
	wantsPins("")
}
