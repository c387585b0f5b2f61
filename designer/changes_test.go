package designer_test

import (
	"strings"
	"testing"
	"time"

	"redial/designer"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

const twoSteps = `redial: 1
slug: two
name: Two
mode: sync
trigger: {uses: webhook}
steps:
  ask: {uses: http, with: {url: "https://example.com/"}}
  tell: {uses: http, name: Tell them, with: {method: POST, url: "https://example.com/"}}
  rows:
    uses: each
    with:
      items: [1]
      do:
        steps:
          off: {uses: http, disabled: true, with: {method: POST, url: "https://example.com/"}}
          order: {uses: acme/create-order, connection: acme, with: {order_id: "1", customer: c, email: e@example.com, lines: [{sku: a, quantity: 1, price: 1}]}}
  end: {uses: respond}
edges: [trigger -> ask, ask -> tell, tell -> rows, rows -> end]
`

func TestEffectful(t *testing.T) {
	t.Parallel()
	document, err := flowfile.Read([]byte(twoSteps))
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, s := range designer.Effectful(document.Flow, workshop(t).Library) {
		titles = append(titles, s.Title())
	}
	if got := strings.Join(titles, ", "); got != "Tell them, order" {
		t.Errorf("effectful are %s", got)
	}
}

func TestDiffers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*flow.Flow)
		want   bool
	}{
		"nothing":     {func(*flow.Flow) {}, false},
		"a step":      {func(f *flow.Flow) { f.Steps[0].Note = "why" }, true},
		"a setting":   {func(f *flow.Flow) { f.Settings.Deadline = flow.Duration(time.Minute) }, true},
		"a component": {func(f *flow.Flow) { f.Steps[0].Uses = "acme/check-inventory" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document, err := flowfile.Read([]byte(twoSteps))
			if err != nil {
				t.Fatal(err)
			}
			frozen := *document.Flow
			frozen.Settings = flow.DefaultSettings()
			content, err := flowfile.WriteJSON(&frozen)
			if err != nil {
				t.Fatal(err)
			}
			test.change(document.Flow)
			known := workshop(t).Library
			acme, err := known.Kind("acme/create-order")
			if err != nil {
				t.Fatal(err)
			}
			version := &flow.Version{Content: content, Components: []flow.Manifest{{Hash: acme.Action.Component.Hash}}}
			differs, err := (&designer.Draft{Flow: document.Flow}).Differs(known, version, flow.DefaultSettings())
			if err != nil || differs != test.want {
				t.Errorf("differs: %t, %v", differs, err)
			}
		})
	}
}
