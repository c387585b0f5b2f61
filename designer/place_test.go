package designer_test

import (
	"fmt"
	"maps"
	"testing"

	"redial/designer/canvas"
	"redial/designer/edit"
	"redial/designer/template"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// drawn is a flow, edited and drawn as people see it.
type drawn struct {
	*room
	tree flow.Object
}

func (d *drawn) layout(f *flow.Flow) map[string]flow.Position { return canvas.Layout(f, d.Library) }

func (d *drawn) edit(t *testing.T, operations string) {
	t.Helper()
	decoded, err := edit.Decode([]byte(operations))
	if err != nil {
		t.Fatal(err)
	}
	result, err := edit.Apply(d.tree, decoded, edit.Options{Library: d.Library, Layout: d.layout})
	if err != nil {
		t.Fatalf("%s: %v", operations, err)
	}
	d.tree = result.Tree
}

func (d *drawn) graph(t *testing.T) *canvas.Graph {
	t.Helper()
	document, err := flowfile.FromTree(d.tree)
	if err != nil {
		t.Fatal(err)
	}
	return canvas.Build(document.Flow, d.Library, nil)
}

// cards are where all cards stand on the canvas.
func (d *drawn) cards(t *testing.T) map[string]canvas.Point {
	t.Helper()
	at := map[string]canvas.Point{}
	for _, card := range d.graph(t).Cards {
		at[card.ID] = canvas.Point{X: card.X, Y: card.Y}
	}
	return at
}

// wantOrder wants cards that do not cover each other, and edges that lead to the
// right.
func (d *drawn) wantOrder(t *testing.T, what string) {
	t.Helper()
	graph := d.graph(t)
	for i, card := range graph.Cards {
		for _, other := range graph.Cards[:i] {
			if card.Parent == other.Parent && card.Overlaps(other.Box, 0) {
				t.Errorf("%s: %s at %v covers %s at %v", what, card.ID, card.Box, other.ID, other.Box)
			}
		}
	}
	for _, edge := range graph.Edges {
		if edge.To.X < edge.From.Right() {
			t.Errorf("%s: the edge from %s to %s leads backward", what, edge.From.ID, edge.To.ID)
		}
	}
}

// A card that is put somewhere in a flow that is laid out by itself leaves all
// others where people see them.
func TestNewStepMovesNoOther(t *testing.T) {
	t.Parallel()
	r := open(t)
	for _, template := range template.All() {
		d := drawn{r, read(t, template.Source)}
		before := d.cards(t)
		d.edit(t, `[{"op":"add","uses":"fail","id":"dropped","at":[40,900]}]`)
		after := d.cards(t)
		if at := after["dropped"]; at != (canvas.Point{X: 40, Y: 900}) {
			t.Errorf("%s: the new card is at %v", template.Slug, at)
		}
		delete(after, "dropped")
		if !maps.Equal(before, after) {
			t.Errorf("%s: cards stood at %v, and now at %v", template.Slug, before, after)
		}
	}
}

// Whichever edge a step comes into, what follows it makes way.
func TestStepsInEdgesGetRoom(t *testing.T) {
	t.Parallel()
	r := open(t)
	for _, template := range template.All() {
		d := drawn{r, read(t, template.Source)}
		d.edit(t, `[{"op":"move","steps":{"trigger":[0,0]}}]`) // from now on by hand
		edges := d.graph(t).Edges
		for _, kind := range []string{"http", "branch", "each"} {
			for _, edge := range edges {
				fresh := drawn{r, d.tree}
				fresh.edit(t, fmt.Sprintf(`[{"op":"add","uses":%q,"into":{"from":%q,"port":%q,"to":%q}}]`, kind, edge.From.ID, edge.Port, edge.To.ID))
				fresh.wantOrder(t, fmt.Sprintf("%s, %s between %s and %s", template.Slug, kind, edge.From.ID, edge.To.ID))
			}
		}
	}
}

// What is in a frame stays on the screen when the card goes that the frame
// begins at, be the body around it laid out by hand or not.
func TestFramesHoldWhatIsInThem(t *testing.T) {
	t.Parallel()
	r := open(t)
	for name, source := range map[string]string{"automatic": nested, "by hand": nested + "    at: [400, 0]\n"} {
		for what, operations := range map[string]string{
			"left":   `[{"op":"move","steps":{"a":[-120,0]}}]`,
			"up":     `[{"op":"move","steps":{"a":[0,-60]}}]`,
			"right":  `[{"op":"move","steps":{"a":[60,300]}}]`,
			"out":    fixed + `, {"op":"move","steps":{"a":[0,600]},"in":""}]`,
			"delete": fixed + `, {"op":"remove","steps":["a"],"heal":true}]`,
		} {
			d := drawn{r, read(t, []byte(source))}
			before := d.cards(t)
			d.edit(t, operations)
			after := d.cards(t)
			for _, id := range []string{"trigger", "b", "c", "deep"} {
				if before[id] != after[id] {
					t.Errorf("%s, %s: %s was at %v, and is at %v", name, what, id, before[id], after[id])
				}
			}
		}
	}
}

// fixed begins an edit of nested with places for what is in the frame.
const fixed = `[{"op":"move","steps":{"a":[0,0]}}`

const nested = `redial: 1
slug: nested
trigger: {uses: webhook}
edges: [trigger -> loop]
steps:
  loop:
    uses: each
    with:
      items: trigger.body
      do:
        steps:
          a: {uses: transform, with: {set: {n: 1}}}
          b: {uses: transform, with: {set: {n: 1}}}
          c:
            uses: each
            with:
              items: trigger.body
              do:
                steps:
                  deep: {uses: transform, with: {set: {n: 1}}}
        edges: [a -> b, b -> c]
`

func read(t *testing.T, source []byte) flow.Object {
	t.Helper()
	document, err := flowfile.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	return document.Tree()
}
