package designer_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/designer/canvas"
	"redial/designer/edit"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// Wherever a step is added to a graph that is laid out by hand, or an inner step
// grows the frame around it, no card comes to lie on another one.
func TestRoomIsMadeForSteps(t *testing.T) {
	t.Parallel()
	r := open(t)
	rapid.Check(t, func(t *rapid.T) {
		source := scattered(t)
		document, err := flowfile.Read([]byte(source))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		layout := func(f *flow.Flow) map[string]flow.Position { return canvas.Layout(f, r.Library) }
		before := canvas.Build(document.Flow, r.Library, nil)
		operation := insertion(t, before)
		decoded, err := edit.Decode([]byte(operation))
		if err != nil {
			t.Fatal(err)
		}
		result, err := edit.Apply(document.Tree(), decoded, edit.Options{Library: r.Library, Layout: layout})
		if err != nil {
			t.Fatalf("%s: %v\n%s", operation, err, source)
		}
		edited, err := flowfile.FromTree(result.Tree)
		if err != nil {
			t.Fatal(err)
		}
		had := covered(before)
		for pair := range covered(canvas.Build(edited.Flow, r.Library, nil)) {
			if !had[pair] {
				t.Errorf("%s: %s\n%s", operation, pair, source)
			}
		}
	})
}

// scattered is a flow of a few steps at any places, one of which is joined with
// nothing.
func scattered(t *rapid.T) string {
	var text strings.Builder
	text.WriteString("redial: 1\nslug: scattered\ntrigger: {uses: webhook, at: [0, 200]}\nsteps:\n  lone: {uses: http, at: [0, 2000]}\n")
	count := rapid.IntRange(2, 6).Draw(t, "steps")
	kinds := make([]string, count)
	for i := range count {
		kinds[i] = rapid.SampledFrom([]string{"http", "http", "branch", "each"}).Draw(t, "kind")
		x, y := rapid.IntRange(0, 12).Draw(t, "x")*80, rapid.IntRange(0, 20).Draw(t, "y")*26
		fmt.Fprintf(&text, "  s%d:\n    uses: %s\n    at: [%d, %d]\n", i, kinds[i], x, y)
		switch kinds[i] {
		case "branch":
			text.WriteString("    with: {paths: [{name: yes, when: \"true\"}, {name: no}]}\n")
		case "each":
			at := ""
			if rapid.Bool().Draw(t, "by hand") {
				at = ", at: [0, 0]"
			}
			fmt.Fprintf(&text, "    with: {items: \"[1]\", do: {steps: {a%d: {uses: http%s}, b%d: {uses: http}}, edges: [a%d -> b%d]}}\n", i, at, i, i, i)
		}
	}
	text.WriteString("edges:\n  - trigger -> s0\n")
	for to := 1; to < count; to++ {
		from := rapid.IntRange(0, to-1).Draw(t, "from")
		port := ""
		if kinds[from] == "branch" {
			port = rapid.SampledFrom([]string{".yes", ".no"}).Draw(t, "port")
		}
		fmt.Fprintf(&text, "  - s%d%s -> s%d\n", from, port, to)
	}
	return text.String()
}

// insertion adds a step to an edge or behind a card, or moves one into an edge.
func insertion(t *rapid.T, g *canvas.Graph) string {
	edge := rapid.SampledFrom(g.Edges).Draw(t, "edge")
	into := fmt.Sprintf(`{"from":%q,"port":%q,"to":%q}`, edge.From.ID, edge.Port, edge.To.ID)
	if rapid.IntRange(0, 3).Draw(t, "how") == 0 && edge.From.Parent == nil {
		at := edge.Middle
		return fmt.Sprintf(`[{"op":"move","steps":{"lone":[%.0f,%.0f]},"into":%s}]`, at.X-100, at.Y-30, into)
	}
	kind := rapid.SampledFrom([]string{"http", "branch", "each"}).Draw(t, "new")
	if rapid.IntRange(0, 2).Draw(t, "behind") == 0 {
		return fmt.Sprintf(`[{"op":"add","uses":%q,"after":{"step":%q,"port":%q}}]`, kind, edge.From.ID, edge.Port)
	}
	return fmt.Sprintf(`[{"op":"add","uses":%q,"into":%s}]`, kind, into)
}

// covered are the pairs of cards of one body of which one lies on the other.
func covered(g *canvas.Graph) map[string]bool {
	pairs := map[string]bool{}
	for i, card := range g.Cards {
		for _, other := range g.Cards[:i] {
			if card.Parent == other.Parent && card.Overlaps(other.Box, 0) {
				pairs[min(card.ID, other.ID)+" lies on "+max(card.ID, other.ID)] = true
			}
		}
	}
	return pairs
}
