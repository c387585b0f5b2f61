package relay_test

import (
	"fmt"
	"testing"

	"redial/web/relay"
)

func publish(h *relay.Hub, size int, names ...string) {
	for _, name := range names {
		h.Publish(&relay.Delivery{Flow: "f", Execution: name, Body: make([]byte, size)})
	}
}

func take(t *testing.T, h *relay.Hub, cursor string) (taken []relay.Delivery, greeting relay.Greeting) {
	t.Helper()
	s, ok := h.Subscribe(cursor)
	if !ok {
		t.Fatal("nobody may listen")
	}
	defer s.Close()
	taken, ok = s.Take()
	if !ok {
		t.Error("the listener was too slow")
	}
	return taken, s.Greeting
}

// Each delivery says where to go on after it, and what is not kept is said to be missed.
func TestCursors(t *testing.T) {
	t.Parallel()
	h := relay.NewHub()
	publish(h, 1, "before")
	none, start := take(t, h, "")
	if len(none) != 0 || start.Missed {
		t.Errorf("who comes first gets %v, %+v", none, start)
	}
	publish(h, 1, "a", "b", "c")
	all, greeting := take(t, h, start.Cursor)
	if len(all) != 3 || all[0].Execution != "a" || greeting.Missed || greeting.Cursor != start.Cursor {
		t.Fatalf("after the start there are %v, %+v", all, greeting)
	}
	for i := range all {
		if rest, _ := take(t, h, all[i].Cursor); len(rest) != 2-i {
			t.Errorf("after %s there are %v", all[i].Execution, rest)
		}
	}
	// An earlier process has seen none of these.
	if got, greeting := take(t, h, "ANOTHER.7"); len(got) != 4 || greeting.Missed {
		t.Errorf("after another start there are %v, %+v", got, greeting)
	}
	for _, cursor := range []string{"nonsense", "a.b.c", "-1", start.Cursor + "9999999999999999999"} {
		take(t, h, cursor)
	}
	for n := range 40 {
		publish(h, 1<<20, fmt.Sprint(n))
	}
	for _, cursor := range []string{all[2].Cursor, "ANOTHER.7"} {
		got, greeting := take(t, h, cursor)
		if !greeting.Missed || len(got) == 0 || len(got) > 16 || got[len(got)-1].Execution != "39" {
			t.Errorf("after much there are %d, %+v", len(got), greeting)
		}
	}
}
