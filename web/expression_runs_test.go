package web_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// heavyFlow is a flow with a step that puts out 5 MB.
const heavyFlow = `redial: 1
slug: tried
trigger: {uses: manual}
steps:
  small: {uses: transform, with: {set: {total: 3}}}
  heavy: {name: Heavy, uses: transform, with: {set: {text: '{{ repeat("x", 5000000) }}'}}}
  end: {name: End, uses: transform, with: {set: {length: "{{ len(steps.heavy.text) }}", total: "{{ steps.small.total }}"}}}
edges: [trigger -> small, small -> heavy, heavy -> end]
`

// TestLargeOutputsAreLeftOut: what an execution put out may be far larger than
// what can be tried on for every letter that is typed.
func TestLargeOutputsAreLeftOut(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/tried", heavyFlow)
	id := p.runs(t, "tried", `{"method": "POST", "body": "{}"}`)

	e := p.ask(t, "end", "evaluate", map[string]any{"source": "len(steps.heavy.text)"})
	if e["data"] != "none" || !strings.Contains(e["dataText"].(string), "Heavy put out in the last run is too large") {
		t.Errorf("a large output: %v", e)
	}
	if e := p.ask(t, "end", "evaluate", map[string]any{"source": "steps.small.total"}); e["value"] != 3.0 || e["data"] != "last run" {
		t.Errorf("a small output beside it: %v", e)
	}
	panel := p.shows(t, "/flows/tried/steps/end/data", asFragment...)
	wantsText(t, panel, "too large to be shown here", "/executions/"+id)
	if len(panel) > 100_000 {
		t.Errorf("the panel has %d bytes", len(panel))
	}

	// A part of the flow runs on it all the same, and it can be no pin.
	part := p.runs(t, "tried", `{"method": "POST", "body": "{}", "part": {"aim": "step", "step": "end"}}`)
	wantsText(t, p.events(t, part), `"step":"heavy"`, `"reused":"`+id+`"`)
	wantsText(t, p.get(t, "/executions/"+part+"/steps/end/output").body, "5000000")
	if a := p.send(t, http.MethodPut, "/flows/tried/pins/heavy?execution="+id, ""); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("pinning a large output: %d %s", a.status, a.body)
	}
}

// TestDataAtOnce: many who look at data wait for each other, and all are served.
func TestDataAtOnce(t *testing.T) {
	t.Parallel()
	p := triedOut(t)
	p.runs(t, "tried", triedCall)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for _, path := range []string{"/flows/tried/steps/answer/data", "/flows/tried/stale"} {
				if a := p.get(t, path); a.status != http.StatusOK {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
			}
			a := p.send(t, http.MethodPost, "/flows/tried/steps/answer/evaluate", `{"source": "steps.sum_up.total"}`)
			wantsText(t, a.body, `"value":5`)
			a = p.send(t, http.MethodPost, "/flows/tried/steps/answer/compose",
				`{"path": "with.when", "condition": {"groups": [[{"field": "steps.sum_up.total", "operator": "is", "value": "5"}]]}}`)
			wantsText(t, a.body, `"offers":[{`)
		})
	}
	all.Wait()
}
