package canvas_test

import (
	"strings"
	"testing"

	"redial/designer/canvas"
	"redial/engine/check"
	"redial/engine/flowfile"
)

const asking = `redial: 1
slug: asking
trigger: {uses: webhook}
steps:
  which:
    name: Which?
    uses: branch
    with: {paths: [{name: good, when: "true"}, {name: odd, when: "true"}, {name: bad}]}
  yes: {uses: respond}
  no: {uses: respond, with: {status: 404}}
  log: {name: "<b>Log</b>", uses: http, with: {url: "https://example.com/"}}
edges: [trigger -> which, which.good -> yes, which.bad -> no, which.odd -> log]
`

func TestShowAnswers(t *testing.T) {
	t.Parallel()
	document, err := flowfile.Read([]byte(asking))
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := check.Flow(document.Flow, library)
	graph := canvas.Build(document.Flow, library, problems)
	graph.ShowAnswers(canvas.Answers{Behind: plan.Answers(), Silent: plan.SilentPorts()})
	var got []string
	for _, row := range graph.Card("which").Rows {
		got = append(got, row.Port+" "+row.Answer)
	}
	if text := strings.Join(got, ", "); text != "good 200, odd , bad 404" {
		t.Errorf("the rows say %s", text)
	}
	if silent := graph.Card("log").Silent; len(silent) != 1 || silent[0].Port != "" {
		t.Errorf("silent are %v", silent)
	}
	page := render(t, graph)
	if !strings.Contains(page, `data-action="respond"`) || !strings.Contains(page, "after &lt;b&gt;Log&lt;/b&gt;") {
		t.Error("the path without an answer offers none")
	}
	var shown strings.Builder
	if err := canvas.View(graph, canvas.Options{ReadOnly: true}).Render(t.Context(), &shown); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(shown.String(), `data-action="respond"`) {
		t.Error("a page that only shows offers to edit")
	}
}
