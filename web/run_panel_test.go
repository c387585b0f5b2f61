package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// runs starts a test and waits for its end.
func (p *person) runs(t *testing.T, slug, body string) string {
	t.Helper()
	a := p.send(t, http.MethodPost, "/flows/"+slug+"/runs", body)
	if a.status != http.StatusOK {
		t.Fatalf("starting a test: %d %s", a.status, a.body)
	}
	id, _ := a.field(t, "executionId").(string)
	handle, err := p.room.engine.Attach(t.Context(), id)
	if err == nil {
		err = handle.Ended(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (p *person) events(t *testing.T, id string) string {
	t.Helper()
	return p.get(t, "/api/executions/"+id+"/events").body
}

func TestRunIsSafeUnlessForReal(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/order", order)
	safe := p.events(t, p.runs(t, "order", `{"method": "POST", "path": "/", "body": "{\"quantity\": 3}"}`))
	wantsText(t, safe, `"safe":true`, `"simulated":true`, "!egress")

	// Loopback is not allowed here, which tells that the step was performed.
	id := p.runs(t, "order", `{"method": "POST", "body": "{\"quantity\": 3}", "real": true}`)
	wantsText(t, p.events(t, id), `"code":"egress"`, "!simulated", `!"safe":true`)
	wantsText(t, p.shows(t, "/flows/order"), id, `"test":true`)
}

func TestRunKeepsItsPayload(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "mirror", mirror)
	const call = `{"method": "PUT", "path": "/a/b c", "query": [["q", "1"], ["q", "2"]], "headers": [["X-One", "1"], ["x-one", "2"]], "body": "{\"n\": 9007199254740993, \"a\": 1.50}"}`
	id := p.runs(t, "mirror", call)
	heard := p.get(t, "/api/executions/"+id).body
	wantsText(t, heard, `"path":"/a/b c"`, `"q":["1","2"]`, `"x-one":"1, 2"`, `9007199254740993`, `"method":"PUT"`)
	wantsText(t, p.shows(t, "/flows/mirror"), "9007199254740993", "X-One", "/a/b c")
	wantsText(t, p.shows(t, "/flows/mirror/calling", asFragment...), "/hooks/mirror/a/b%20c?q=1&amp;q=2", "PUT", "1.50")

	// What is being typed is kept though it is not JSON yet.
	if a := p.send(t, http.MethodPut, "/flows/mirror/payload", `{"method": "POST", "body": "{ half </textarea><script>"}`); a.status != http.StatusNoContent {
		t.Fatalf("keeping a payload: %d %s", a.status, a.body)
	}
	wantsText(t, p.shows(t, "/flows/mirror"), "{ half &lt;/textarea&gt;", "!</textarea><script>")
	wantsText(t, p.shows(t, "/flows/mirror/calling", asFragment...), "!half")
}

func TestRunRefused(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/order", order)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/broken", "redial: 1\nslug: broken\ntrigger: {uses: webhook}\nsteps: {a: {uses: nothing}}\nedges: [trigger -> a]\n")
	for name, test := range map[string]struct {
		slug, body string
		status     int
		says       string
	}{
		"schema":       {"order", `{"method": "POST", "body": "{\"quantity\": 0}"}`, 422, "/quantity"},
		"not JSON":     {"order", `{"method": "POST", "body": "{quantity"}`, 422, "The body is not JSON"},
		"method":       {"order", `{"method": "BREW", "body": "{}"}`, 422, "BREW"},
		"path":         {"order", `{"method": "POST", "path": "a", "body": "{}"}`, 422, "slash"},
		"no call":      {"order", `[1]`, 400, "not a test call"},
		"broken draft": {"broken", `{"method": "POST", "body": "{}"}`, 422, "nothing"},
		"no flow":      {"none", `{"method": "POST", "body": "{}"}`, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := p.send(t, http.MethodPost, "/flows/"+test.slug+"/runs", test.body)
			if a.status != test.status || !strings.Contains(a.body, test.says) {
				t.Errorf("got %d: %s", a.status, a.body)
			}
		})
	}
}

type samples []struct {
	Label, Status string
	Payload       struct {
		Method, Path, Body string
		Headers            [][2]string
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "order", order)
	for _, quantity := range []string{"1", "2"} {
		nextMoment()
		r.wants(t, http.StatusOK, http.MethodPost, "/hooks/order", `{"quantity": `+quantity+`}`, "Content-Type", "application/json", "X-Own", "yes")
	}
	p.runs(t, "order", `{"method": "POST", "body": "{\"quantity\": 7}"}`)

	var list samples
	if err := json.Unmarshal([]byte(p.get(t, "/flows/order/samples").body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 {
		t.Fatalf("samples: %+v", list)
	}
	if list[0].Payload.Body != "{\n  \"sku\": \"LAMP-01\",\n  \"quantity\": 5\n}" {
		t.Errorf("from the schema: %s", list[0].Payload.Body)
	}
	if list[1].Payload.Body != "{\n  \"quantity\": 2\n}" || list[2].Payload.Body != "{\n  \"quantity\": 1\n}" {
		t.Errorf("calls: %+v", list[1:])
	}
	for _, h := range list[1].Payload.Headers {
		if h[0] == "authorization" || h[0] == "content-length" {
			t.Errorf("the sample has the header %s", h[0])
		}
	}
}

func TestNextCallBecomesASample(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/order", order)
	wantsText(t, p.get(t, "/flows/order/capture").body, `"armed":false`)
	if a := p.send(t, http.MethodPost, "/flows/nothing/capture", ""); a.status != http.StatusNotFound {
		t.Errorf("waiting for calls of no flow: %d", a.status)
	}
	if a := p.send(t, http.MethodPost, "/flows/order/capture", ""); a.status != http.StatusOK {
		t.Fatalf("waiting for a call: %d %s", a.status, a.body)
	}
	wantsText(t, p.get(t, "/flows/order/capture").body, `"armed":true`)
	p.do(t, http.MethodHead, "/flows/order/capture", "", http.NoBody)
	wantsText(t, p.get(t, "/flows/order/capture").body, `"armed":true`)
	r.wants(t, http.StatusNotFound, http.MethodPost, "/hooks/order/below?a=b", `{"quantity": 0, "note": "first"}`, "Content-Type", "application/json", "Cookie", "secret=1")
	r.wants(t, http.StatusNotFound, http.MethodPost, "/hooks/order", `{"note": "second"}`, "Content-Type", "application/json")
	p.do(t, http.MethodHead, "/flows/order/capture", "", http.NoBody)
	for range 2 { // looking takes nothing away
		found := p.get(t, "/flows/order/capture").body
		wantsText(t, found, `"armed":false`, `first`, `"path":"/below"`, `["a","b"]`, "!second", "!secret", "!authorization")
	}
	p.do(t, http.MethodDelete, "/flows/order/capture", "", http.NoBody)
	wantsText(t, p.get(t, "/flows/order/capture").body, "!first")
}

// Whoever calls a flow that is watched gets what they would get anyway.
func TestCaptureChangesNoAnswer(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "order", strings.Replace(order, "    schema:", "    max_body: 2000000\n    schema:", 1))
	for name, test := range map[string]struct {
		body     string
		status   int
		captured bool
	}{
		"taken":              {`{"quantity": 2}`, 200, true},
		"refused":            {`{"quantity": 0}`, 422, true},
		"not JSON":           {`{"quantity`, 400, true},
		"larger than a part": {`{"quantity": 2, "note": "` + strings.Repeat("x", 1_200_000) + `"}`, 200, false},
		"too large":          {`{"quantity": 2, "note": "` + strings.Repeat("x", 2_100_000) + `"}`, 413, false},
	} {
		p.send(t, http.MethodPost, "/flows/order/capture", "")
		watched := r.wants(t, test.status, http.MethodPost, "/hooks/order", test.body, "Content-Type", "application/json")
		if captured := strings.Contains(p.get(t, "/flows/order/capture").body, "payload"); captured != test.captured {
			t.Errorf("%s: captured: %t", name, captured)
		}
		p.do(t, http.MethodDelete, "/flows/order/capture", "", http.NoBody)
		plain := r.wants(t, test.status, http.MethodPost, "/hooks/order", test.body, "Content-Type", "application/json")
		if test.status == http.StatusOK && watched.body != plain.body {
			t.Errorf("%s: %s, and when watched %s", name, plain.body, watched.body)
		}
	}
}

func TestExplainStep(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "order", order)
	called := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/order", `{"quantity": 5}`, "Content-Type", "application/json")
	steps := "/executions/" + called.header.Get("Redial-Execution-Id") + "/steps/"
	var told []struct {
		Path, Text    string
		Taken, Failed bool
	}
	if err := json.Unmarshal([]byte(p.get(t, steps+"enough/why").body), &told); err != nil {
		t.Fatal(err)
	}
	if len(told) != 2 || told[0].Text != "trigger.body.quantity <= 2 -> false (5)" || told[0].Taken || told[1].Path != "many" || !told[1].Taken {
		t.Errorf("explained as %+v", told)
	}
	for path, status := range map[string]int{
		"tell/why": 200, "nothing/why": 422, "enough/why?round=3": 422, "enough/why?round=x": 400, "enough/why?round=1.2.": 400,
	} {
		if a := p.get(t, steps+path); a.status != status {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := r.stranger(t).get(t, steps+"enough/why"); a.status != http.StatusUnauthorized {
		t.Errorf("a stranger gets %d", a.status)
	}
}
