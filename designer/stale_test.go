package designer_test

import (
	"strings"
	"testing"

	"redial/designer"
	"redial/engine/flow"
)

func TestStale(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	const afterAsk = "ask choose buy rest lines a b tell off end late"
	for _, c := range []struct {
		name, from, to string
		pins           map[string]any
		given          map[string]flow.Given
		outputs        map[string]any
		pinned         string
		call           bool
		want           string
	}{
		{name: "nothing"},
		{name: "a name, a note, a place and attempts", from: "name: Buy more,", to: "name: Bought, note: n, timeout: 5s, retry: {attempts: 3}, at: [1, 2],"},
		{name: "a field", from: "look.body.sku", to: "look.body.id", want: afterAsk},
		{name: "the component of a step", from: "uses: acme/check-inventory", to: "uses: acme/reserve-stock", want: afterAsk},
		{name: "a connection", from: "connection: acme", to: "connection: other", want: afterAsk},
		{name: "a step on one path", from: "set: {n: 1}}}\n  lines", to: "set: {n: 2}}}\n  lines", want: "rest tell off end late"},
		{name: "a step inside each", from: "x: \"{{ item }}\"", to: "x: \"{{ index }}\"", want: "lines a b tell off end late"},
		{name: "what each goes through", from: "items: steps.look.body.lines", to: "items: steps.look.body.rows", want: "lines a b tell off end late"},
		{name: "a step that is disabled", from: "disabled: true, ", want: "off end late"},
		{name: "an edge less", from: "  - lines -> tell\n", want: "tell off end late"},
		{name: "an edge inside each", from: "edges: [a -> b]", to: "edges: []", want: "lines b tell off end late"},
		{name: "a step more", from: "  - end -> late\n", to: "  - end -> more\n  - more -> late\n", want: "late"},
		{name: "a pin", pins: map[string]any{"ask": int64(1)}, pinned: "ask", want: afterAsk},
		{name: "a pin of before, of a step that did not run", pins: map[string]any{"a": int64(1)}},
		{name: "a pin inside each", pins: map[string]any{"a": int64(1)}, pinned: "a", want: "lines a b tell off end late"},
		{name: "a pin that a call would not have had", pins: map[string]any{"ask": int64(1)}, call: true},
		{name: "the same pin, though its step is another one", from: "look.body.sku", to: "look.body.id", pins: map[string]any{"ask": int64(1)},
			outputs: map[string]any{"ask": int64(1)}},
		{name: "another pin", pins: map[string]any{"lines": int64(2)}, outputs: map[string]any{"lines": int64(1)}, want: "lines tell off end late"},
		{name: "no pin any more", given: map[string]flow.Given{"lines": {Output: int64(1), Pinned: true}}, want: "lines tell off end late"},
		{name: "what was reused is no pin", given: map[string]flow.Given{"lines": {Output: int64(1), Reused: "01X"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := trialFlow
			if c.from != "" {
				if source = strings.Replace(source, c.from, c.to, 1); source == trialFlow {
					t.Fatalf("the flow has no %q", c.from)
				}
			}
			if strings.Contains(source, "more ->") {
				source = strings.Replace(source, "edges:\n  -", "  more: {uses: transform, with: {set: {a: 1}}}\nedges:\n  -", 1)
			}
			then := readFlow(t, trialFlow)
			ran := designer.Ran{Flow: then, Components: manifestsOf(w, then), Test: !c.call, Given: c.given, Outputs: c.outputs, Pinned: map[string]bool{c.pinned: true}}
			if got := strings.Join(w.Stale(readFlow(t, source), ran, c.pins), " "); got != c.want {
				t.Errorf("stale are %q, wanted %q", got, c.want)
			}
		})
	}
	ran := designer.Ran{Flow: readFlow(t, trialFlow)}
	if got := strings.Join(w.Stale(ran.Flow, ran, nil), " "); got != afterAsk {
		t.Errorf("when the component was another one, stale are %q", got)
	}
}

// manifestsOf are those of the flow's one component.
func manifestsOf(w designer.Workshop, f *flow.Flow) []flow.Manifest {
	var found []flow.Manifest
	for s := range f.All {
		if name, _, isAction := strings.Cut(s.Uses, "/"); isAction {
			c, err := w.Library.Catalogue().Component(name)
			if err == nil {
				found = append(found, flow.Manifest{Hash: c.Hash, Name: c.Name, Source: c.Source})
			}
		}
	}
	return found
}

// What reads a value of the config is of before a change of that value, and of
// no other.
func TestStaleByConfig(t *testing.T) {
	t.Parallel()
	w := workshop(t)
	const source = `redial: 1
slug: a
config: {x: 1, y: 1}
trigger: {uses: webhook}
steps:
  one: {uses: transform, with: {set: {n: "{{ config.x }}"}}}
  two: {uses: transform, with: {set: {n: "{{ config.y }}"}}}
  end: {uses: respond, with: {body: "{{ steps.one }}"}}
edges: [trigger -> one, trigger -> two, one -> end]
`
	then := readFlow(t, source)
	now := readFlow(t, strings.Replace(source, "x: 1", "x: 2", 1))
	if got := strings.Join(w.Stale(now, designer.Ran{Flow: then}, nil), " "); got != "one end" {
		t.Errorf("stale are %q", got)
	}
}

func TestGone(t *testing.T) {
	t.Parallel()
	then := readFlow(t, trialFlow)
	now := readFlow(t, strings.Replace(strings.Replace(trialFlow, "  rest: ", "  other: ", 1), "          a: ", "          c: ", 1))
	var gone []string
	for _, s := range designer.Gone(now, then) {
		gone = append(gone, s.ID)
	}
	if got := strings.Join(gone, " "); got != "rest a" {
		t.Errorf("gone are %q", got)
	}
}
