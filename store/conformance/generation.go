package conformance

import (
	"testing"

	"redial/engine/flow"
	"redial/store"
)

var generationTests = map[string]func(*testing.T, Open){
	"is raised by changes, and seen elsewhere": raisesGeneration,
}

func raisesGeneration(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	here, there := opened(t, open, dir), opened(t, open, dir)
	connection := store.Connection{Name: "acme", Component: "acme", Fields: map[string]any{"key": "k"}}
	var r *run
	for _, change := range []struct {
		name   string
		raises bool
		make   func() error
	}{
		{"a draft", true, func() error { put(t, there, "f", "one"); return nil }},
		{"the same draft", false, func() error { put(t, there, "f", "one"); return nil }},
		{"a version", true, func() error { publish(t, there, "f", "one"); return nil }},
		{"the same version", false, func() error { publish(t, there, "f", "one"); return nil }},
		{"settings", true, func() error {
			_, err := there.SetSettings(ctx, "f", beAsync, []byte("two"), nil, store.Edit{User: "ada"})
			return err
		}},
		{"a connection", true, func() error { return there.PutConnection(ctx, connection) }},
		{"no connection", true, func() error { return there.DeleteConnection(ctx, "acme") }},
		{"a component", true, func() error { return there.PutComponent(ctx, manifest("acme", "a")) }},
		{"the same component", false, func() error { return there.PutComponent(ctx, manifest("acme", "a")) }},
		{"an execution", false, func() error { r = started(t, there, "f"); return nil }},
		{"its end", false, func() error { return r.append(r.status(flow.Succeeded)) }},
		{"no flow", true, func() error { return there.DeleteFlow(ctx, "f") }},
		{"a refused change", false, func() error { _ = there.DeleteFlow(ctx, "f"); return nil }},
	} {
		before := value(here.Generation(ctx))(t)
		must(t, change.make())
		after := value(here.Generation(ctx))(t)
		if raised := after > before; raised != change.raises || after < before {
			t.Errorf("%s took the generation from %d to %d", change.name, before, after)
		}
		wantEqual(t, "generation on both sides", value(there.Generation(ctx))(t), after)
	}
}
