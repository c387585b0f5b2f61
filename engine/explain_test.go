package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/step"
)

const decidingFlow = `
steps:
  stock: {uses: transform, with: {set: {available: "{{ trigger.body.available }}"}}}
  enough:
    uses: branch
    with:
      paths:
        - {name: large, when: trigger.body.quantity > 100}
        - {name: enough, when: trigger.body.quantity <= steps.stock.available}
        - {name: short}
  end: {uses: respond, with: {body: "{{ steps.enough.path }}"}}
edges: [trigger -> stock, stock -> enough, enough.large -> end, enough.enough -> end, enough.short -> end]
`

func TestExplain(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"quantity": 5, "available": 2}`: "large - trigger.body.quantity > 100 -> false (5)\n" +
			"enough - trigger.body.quantity <= steps.stock.available -> false (5, 2)\nshort + ",
		`{"quantity": 2, "available": 2}`: "large - trigger.body.quantity > 100 -> false (2)\n" +
			"enough + trigger.body.quantity <= steps.stock.available -> true (2, 2)",
		`{"quantity": 101}`: "large + trigger.body.quantity > 100 -> true (101)",
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			h := w.run(decidingFlow, body)
			w.ended(h.ID)
			told, err := w.engine.Explain(t.Context(), h.ID, "enough", nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := explained(told); got != want {
				t.Errorf("explained as\n%s\nnot\n%s", got, want)
			}
		})
	}
}

func explained(told []step.Explanation) string {
	lines := make([]string, len(told))
	for i, e := range told {
		mark := map[bool]string{false: "-", true: "+"}[e.Taken]
		if e.Failed {
			mark = "!"
		}
		lines[i] = fmt.Sprint(e.Path, " ", mark, " ", e.Text)
	}
	return strings.Join(lines, "\n")
}

// A round sees its own item, and what other rounds did is not in the way.
func TestExplainInARound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(`
steps:
  lines:
    uses: each
    with:
      items: trigger.body.lines
      as: line
      do:
        steps:
          doubled: {uses: transform, with: {set: {n: "{{ line * 2 }}"}}}
          big: {uses: branch, with: {paths: [{name: 'yes', when: steps.doubled.n > 4 and index > 0}, {name: 'no'}]}}
        edges: [doubled -> big]
  end: {uses: respond}
edges: [trigger -> lines, lines -> end]
`, `{"lines": [1, 2, 3]}`)
	w.ended(h.ID)
	for index, want := range []string{
		"yes - steps.doubled.n > 4 and index > 0 -> false (2)\nno + ",
		"yes - steps.doubled.n > 4 and index > 0 -> false (4)\nno + ",
		"yes + steps.doubled.n > 4 and index > 0 -> true (6, 2)",
	} {
		told, err := w.engine.Explain(t.Context(), h.ID, "big", []int{index})
		if err != nil {
			t.Fatal(err)
		}
		if got := explained(told); got != want {
			t.Errorf("round %d is explained as\n%s\nnot\n%s", index, got, want)
		}
	}
}

func TestExplainAFailedCondition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(`
steps:
  enough: {uses: branch, with: {paths: [{name: 'yes', when: trigger.body.a / trigger.body.b > 1}]}}
  end: {uses: respond}
edges: [trigger -> enough, enough.yes -> end]
`, `{"a": "text", "b": 2}`)
	w.ended(h.ID)
	told, err := w.engine.Explain(t.Context(), h.ID, "enough", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || !told[0].Failed || told[0].Taken || !strings.Contains(told[0].Text, "trigger.body.a / trigger.body.b > 1 -> error: ") {
		t.Errorf("explained as %+v", told)
	}
}

func TestExplainNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(decidingFlow, `{"quantity": 101}`)
	w.ended(h.ID)
	if told, err := w.engine.Explain(t.Context(), h.ID, "stock", nil); err != nil || told != nil {
		t.Errorf("a step that decides nothing is explained as %v, %v", told, err)
	}
	if _, err := w.engine.Explain(t.Context(), "unknown", "enough", nil); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("an unknown execution: %v", err)
	}
	for what, call := range map[string]func() ([]step.Explanation, error){
		"unknown step":  func() ([]step.Explanation, error) { return w.engine.Explain(t.Context(), h.ID, "nothing", nil) },
		"unknown round": func() ([]step.Explanation, error) { return w.engine.Explain(t.Context(), h.ID, "enough", []int{3}) },
	} {
		if _, err := call(); !hasCode(err, engine.ErrorInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
