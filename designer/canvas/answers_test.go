package canvas_test

import (
	"strconv"
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

// What is offered at the end of a path that answers nothing covers no card, and no
// other offer.
func TestOffersOfAnswersHaveRoom(t *testing.T) {
	t.Parallel()
	for _, rows := range []int{0, 30, 64, 100} {
		source := strings.Replace(asking, "edges: [", `  beside: {uses: http, with: {url: "https://example.com/"}, at: [340, `+strconv.Itoa(rows)+`]}
  under: {uses: http, with: {url: "https://example.com/"}, at: [340, `+strconv.Itoa(rows+80)+`]}
edges: [which.good -> beside, which.good -> under, `, 1)
		source = strings.ReplaceAll(source, "  which:\n", "  which:\n    at: [0, 0]\n")
		source = strings.NewReplacer("which.bad -> no, ", "", "which.odd -> log", "beside -> yes, under -> no, yes -> log").Replace(source)
		document, err := flowfile.Read([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		plan, problems := check.Flow(document.Flow, library)
		graph := canvas.Build(document.Flow, library, problems)
		graph.ShowAnswers(canvas.Answers{Silent: plan.SilentPorts()})
		offers := offered(graph)
		if len(offers) < 2 {
			t.Fatalf("%d answers are offered\n%s", len(offers), source)
		}
		for i, offer := range offers {
			for _, card := range graph.Cards {
				if offer.Overlaps(card.Box, 0) {
					t.Errorf("rows at %d: the offer at %v covers %s at %v", rows, offer, card.ID, card.Box)
				}
			}
			for _, other := range offers[:i] {
				if offer.Overlaps(other, 0) {
					t.Errorf("rows at %d: the offers at %v and %v cover each other", rows, offer, other)
				}
			}
		}
	}
}

// offered are the places of what is offered, as canvas.css has them.
func offered(g *canvas.Graph) []canvas.Box {
	var boxes []canvas.Box
	for _, card := range g.Cards {
		for _, silent := range card.Silent {
			boxes = append(boxes, canvas.Box{X: card.Right() + 46, Y: card.Y + silent.Y + silent.Drop - 13, Width: 88, Height: 26})
		}
	}
	return boxes
}
