package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

const pausing = `redial: 1
slug: pausing
deadline: 30ms
trigger: {uses: webhook}
steps:
  pause: {name: A long pause, uses: wait, with: {for: 1h}}
  answer: {uses: respond, with: {body: done}}
edges: [trigger -> pause, pause -> answer]
`

// large has values of every kind and size, in rounds.
const large = `redial: 1
slug: large
name: Large
trigger: {uses: webhook}
steps:
  all:
    uses: each
    with:
      items: 1..3
      on_item_error: continue
      do:
        steps:
          made:
            name: "<script>alert(1)</script>"
            uses: transform
            with:
              set:
                round: "{{ item }}"
                html: "<img src=x onerror=alert(1)>"
                text: "{{ repeat(\"long \", 500) }}thelastwords"
                list: "{{ 1..300 }}"
                exact: 9007199254740993
                nothing: null
          which: {uses: branch, with: {paths: [{name: second, when: item == 2}, {name: other}]}}
          no: {uses: fail, with: {message: "Not this one"}}
        edges: [made -> which, which.second -> no]
  answer: {uses: respond, with: {status: 201, headers: {X-Made: "<b>"}, body: {html: "<script>alert(1)</script>"}}}
  again: {uses: respond, with: {body: too late}}
edges: [trigger -> all, all -> answer, all -> again]
`

func TestExecutionPage(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "large", large)
	id := r.start(t, "large")
	p := r.signIn(t)
	page := p.shows(t, "/executions/"+id, "Accept", asPage)
	wantsText(t, page, "Large", "Succeeded", "Run again", "!Cancel", "<flow-canvas", `data-step="made"`, "Answered", ">201<", "X-Made", "&lt;b&gt;",
		"!<script>alert", "!<img src=x")
	data := regexp.MustCompile(`(?s)<script id="execution-data" type="application/json">(.*?)</script>`).FindStringSubmatch(page)
	if data == nil {
		t.Fatal("the page has no data")
	}
	var got struct {
		ID      string
		LastSeq int
		Events  []map[string]any
		Graph   struct {
			Steps []struct{ ID, Around, Title string }
			Edges []struct{ From, Port, To string }
		}
	}
	if err := json.Unmarshal([]byte(data[1]), &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != id || len(got.Events) != got.LastSeq || got.Events[0]["type"] != "execution.started" {
		t.Errorf("the data is %s", data[1])
	}
	around := map[string]string{}
	for _, step := range got.Graph.Steps {
		around[step.ID] = step.Around
	}
	if len(around) != 6 || around["made"] != "all" || around["all"] != "" || len(got.Graph.Edges) != 5 {
		t.Errorf("the graph is %+v", got.Graph)
	}
}

func TestExecutionIsAPageToPeopleAndJSONToPrograms(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	id := r.start(t, "mirror")
	p, stranger := r.signIn(t), r.stranger(t)
	for name, a := range map[string]answer{
		"a program with a session": p.get(t, "/executions/"+id, "Accept", "application/json"),
		"a caller's browser":       stranger.get(t, "/executions/"+id, "Accept", asPage),
		"curl":                     stranger.get(t, "/executions/"+id, "Accept", "*/*"),
	} {
		if a.status != http.StatusOK || a.field(t, "executionId") != id || !strings.Contains(a.header.Get("Vary"), "Accept") {
			t.Errorf("%s gets %d: %s", name, a.status, a.body)
		}
	}
	for _, path := range []string{"/summary", "/steps/answer", "/steps/answer/output"} {
		if a := stranger.get(t, "/executions/"+id+path); a.status != http.StatusUnauthorized {
			t.Errorf("a stranger gets %d for %s", a.status, path)
		}
	}
	for _, path := range []string{"/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV/summary", "/executions/" + id + "/steps/nobody"} {
		if a := p.get(t, path, "Accept", asPage); a.status != http.StatusNotFound || !strings.Contains(a.body, "Nothing there") {
			t.Errorf("%s: got %d: %s", path, a.status, a.body)
		}
	}
}

func TestCallerIsHandedOverAtTheDeadline(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "pausing", pausing)
	r.publish(t, "late", strings.NewReplacer("slug: pausing", "slug: late\non_deadline: fail").Replace(pausing))
	r.publish(t, "async", strings.NewReplacer("slug: pausing", "slug: async\nmode: async").Replace(pausing))
	p := r.signIn(t)
	for slug, want := range map[string][]string{
		"pausing": {"Handed over at the deadline", ">202<", "Waiting", "Cancel"},
		"late":    {"Deadline passed", ">504<"},
		"async":   {"let go at once", ">202<", "!Handed over", "No answer yet"},
	} {
		id := r.start(t, slug)
		wantsText(t, p.shows(t, "/executions/"+id+"/summary"), want...)
		r.wants(t, http.StatusOK, http.MethodPost, "/api/executions/"+id+"/cancel", "")
		wantsText(t, p.shows(t, "/executions/"+id+"/summary"), "Canceled before it had answered", "Run again", "!data-action=\"cancel\"")
	}
}

func TestStepOfAnExecution(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "large", large)
	id := r.start(t, "large")
	p := r.signIn(t)
	steps := "/executions/" + id + "/steps/"
	made := p.shows(t, steps+"made?round=1")
	wantsText(t, made, "&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;img src=x onerror=alert(1)&gt;", "9007199254740993", "200 more not shown here",
		"Show all", "null", "!thelastwords", "!<img", "!<script", "!Run again from here")
	if strings.Contains(made, strings.Repeat("long ", 200)) {
		t.Error("a long text is shown whole")
	}
	wantsText(t, p.shows(t, steps+"made?round=7"), "has not come up in round 8")
	wantsText(t, p.shows(t, steps+"made"), "has not come up yet")
	wantsText(t, p.shows(t, steps+"no?round=1"), "Not this one", "failed_by_flow")
	wantsText(t, p.shows(t, steps+"no?round=0"), "Skipped", "No path led here")
	wantsText(t, p.shows(t, steps+"which?round=1"), "second", "item == 2", "taken")
	wantsText(t, p.shows(t, steps+"all"), "3 rounds", "Run again from here")
	wantsText(t, p.shows(t, steps+"answer"), "Answer", ">201<", "X-Made", "&lt;script&gt;alert(1)&lt;/script&gt;", "!It takes no input", "!sent")
	wantsText(t, p.shows(t, steps+"again"), "was not sent", "sent", "!>201<")
	wantsText(t, p.shows(t, steps+"trigger"), "Request", "POST", "!Run again from here")
}

func TestStepIsFoundByTheNumbersOfItsEvents(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "large", large)
	id := r.start(t, "large")
	p := r.signIn(t)
	var own []string
	events, _ := r.wants(t, http.StatusOK, http.MethodGet, "/api/executions/"+id+"/events", "").field(t, "events").([]any)
	for _, event := range events {
		fields, _ := event.(map[string]any)
		if fields["step"] == "made" && fields["iteration"] == 2.0 {
			seq, err := json.Marshal(fields["seq"])
			if err != nil {
				t.Fatal(err)
			}
			own = append(own, string(seq))
		}
	}
	path := "/executions/" + id + "/steps/made?round=2"
	whole := p.shows(t, path)
	hinted := p.shows(t, path+"&events="+strings.Join(own, ","))
	if strip := regexp.MustCompile(`(data-[a-z-]+="/executions)[^"]*`); strip.ReplaceAllString(hinted, "$1") != strip.ReplaceAllString(whole, "$1") {
		t.Errorf("with the numbers it says\n%s\nand without\n%s", hinted, whole)
	}
	for _, hint := range []string{"0", "1", "99999", "-1", "x", strings.Repeat("1,", 5000)} {
		wantsText(t, p.shows(t, path+"&events="+hint), "has not come up in round 3")
	}
}

func TestWholeValueOfAStep(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "large", large)
	id := r.start(t, "large")
	p := r.signIn(t)
	steps := "/executions/" + id + "/steps/"
	a := p.get(t, steps+"made/output?round=0")
	if a.status != http.StatusOK || a.header.Get("Content-Security-Policy") != "sandbox" || a.header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		t.Errorf("the answer is %d %v", a.status, a.header)
	}
	wantsText(t, a.body, "thelastwords", `"exact": 9007199254740993`, "!<img")
	if list, _ := a.field(t, "list").([]any); len(list) != 300 {
		t.Errorf("the list has %d items", len(list))
	}
	wantsText(t, p.get(t, steps+"trigger/input").body, `"method": "POST"`)
	if a := p.get(t, steps+"made/secrets?round=0"); a.status != http.StatusNotFound {
		t.Errorf("another part: %d", a.status)
	}
}

func TestStepShowsWhatWentOverTheWire(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "order", order)
	a := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/order", `{"quantity": 5, "sku": "it's <b>"}`, "Content-Type", "application/json")
	id := a.header.Get("Redial-Execution-Id")
	p := r.signIn(t)
	page := p.shows(t, "/executions/"+id+"/steps/tell")
	wantsText(t, page, "Error", "Input", "quantity", "!s <b>")
	page = p.shows(t, "/executions/"+id+"/steps/enough")
	wantsText(t, page, "many", "taken", "trigger.body.quantity")
}

func TestEventsInPages(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "large", large)
	id := r.start(t, "large")
	path := "/api/executions/" + id + "/events"
	count := func(query string) int {
		t.Helper()
		events, _ := r.wants(t, http.StatusOK, http.MethodGet, path+query, "").field(t, "events").([]any)
		return len(events)
	}
	all := count("")
	if got := count("?limit=2"); got != 2 {
		t.Errorf("2 were asked for, %d came", got)
	}
	if got := count("?after=3&limit=100000"); got != all-3 {
		t.Errorf("after 3 of %d came %d", all, got)
	}
	for _, limit := range []string{"0", "-1", "x"} {
		r.wants(t, http.StatusBadRequest, http.MethodGet, path+"?limit="+limit, "")
	}
}
