package conformance

import (
	"bytes"
	"testing"
	"time"

	"redial/engine"
	"redial/store"
)

var pinTests = map[string]func(*testing.T, Open){
	"a pin is kept until the next one": keepsPins,
	"pins are bounded":                 boundsPins,
	"pins follow renamed steps":        renamesPins,
	"pins go with their flow":          dropsPins,
}

func pin(t *testing.T, s Store, slug, step, output string) {
	t.Helper()
	must(t, s.PutPin(t.Context(), slug, store.Pin{Step: step, Output: []byte(output), User: "ada"}))
}

// pinned are the pins of a flow, in a line.
func pinned(t *testing.T, s Store, slug string) string {
	t.Helper()
	var line []byte
	for _, p := range value(s.Pins(t.Context(), slug))(t) {
		line = append(append(append(line, p.Step...), '='), p.Output...)
		line = append(line, ' ')
	}
	return string(bytes.TrimSpace(line))
}

func keepsPins(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	s := opened(t, open, dir)
	wantError(t, s.PutPin(ctx, "f", store.Pin{Step: "a", Output: []byte("1")}), engine.ErrNotFound)
	put(t, s, "f", "x")
	put(t, s, "g", "x")
	_, err := s.Pin(ctx, "f", "a")
	wantError(t, err, engine.ErrNotFound)
	before := value(s.Generation(ctx))(t)
	pin(t, s, "f", "b", "1")
	pin(t, s, "f", "a", "2")
	pin(t, s, "g", "a", "3")
	pin(t, s, "f", "a", `"4"`)
	again := opened(t, open, dir)
	wantEqual(t, "pins", pinned(t, again, "f"), `a="4" b=1`)
	found := value(again.Pin(ctx, "f", "a"))(t)
	if found.User != "ada" || time.Since(found.At).Abs() > time.Hour || string(found.Output) != `"4"` {
		t.Errorf("the pin is %+v", found)
	}
	wantEqual(t, "generation", value(s.Generation(ctx))(t), before)
	must(t, s.DeletePins(ctx, "f", "a", "nothing"))
	wantEqual(t, "pins", pinned(t, s, "f"), `b=1`)
}

func boundsPins(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "x")
	full := bytes.Repeat([]byte("1"), store.MaxPinBytes)
	wantError(t, s.PutPin(ctx, "f", store.Pin{Step: "a", Output: append(full, '1')}), store.ErrPinTooLarge)
	for i := range store.MaxPinsBytes / store.MaxPinBytes {
		must(t, s.PutPin(ctx, "f", store.Pin{Step: string(rune('a' + i)), Output: full}))
	}
	wantError(t, s.PutPin(ctx, "f", store.Pin{Step: "z", Output: []byte("1")}), store.ErrPinTooLarge)
	pin(t, s, "f", "a", "1") // in place of a larger one
	pin(t, s, "f", "z", "1")
}

func renamesPins(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "x")
	pin(t, s, "f", "a", "1")
	pin(t, s, "f", "b", "2")
	pin(t, s, "f", "gone", "3")
	write := store.DraftWrite{Slug: "f", Name: "F"}
	edit := func(what string, renamed map[string]string, created []string, want string) {
		t.Helper()
		write.Source, write.Renamed, write.Created = []byte(what), renamed, created
		_, _, err := s.WriteDraft(ctx, write)
		must(t, err)
		wantEqual(t, "pins after "+what, pinned(t, s, "f"), want)
	}
	edit("two that changed their IDs", map[string]string{"a": "b", "b": "a", "nothing": "gone"}, nil, "a=2 b=1")
	edit("a new ID", map[string]string{"a": "c"}, nil, "b=1 c=2")
	edit("the old ID again", map[string]string{"c": "a"}, nil, "a=2 b=1")
	edit("a new ID and a new step", map[string]string{"a": "c"}, []string{"b"}, "c=2")
	write.IfMatch, write.Source, write.Renamed = at(1), []byte("y"), map[string]string{"c": "a"}
	_, _, err := s.WriteDraft(ctx, write)
	wantError(t, err, store.ErrRevision)
	wantEqual(t, "pins after an edit that came too late", pinned(t, s, "f"), "c=2")
}

func dropsPins(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "x")
	put(t, s, "g", "x")
	pin(t, s, "f", "a", "1")
	pin(t, s, "g", "a", "2")
	must(t, s.DeleteFlow(ctx, "f"))
	wantEqual(t, "pins", pinned(t, s, "f"), "")
	put(t, s, "f", "x")
	wantEqual(t, "pins of the flow made anew", pinned(t, s, "f"), "")
	wantEqual(t, "pins of another flow", pinned(t, s, "g"), "a=2")
}
