package crashtest

import (
	"fmt"
	"net/http"
	"testing"

	"redial/engine/crashpoint"
	"redial/store"
)

// dieDeleting lets the program die while an execution is deleted. It is there as a
// whole, or it is gone; of one that is gone, nothing is left in the end.
func dieDeleting(t *testing.T, seen *visited) {
	t.Helper()
	x := &trial{t: t, shop: &Shop{Dir: t.TempDir(), Command: testProgram(t)}, orders: NewOrders(), seen: seen}
	x.importFlow(fmt.Sprintf(bulkyFlow, "sync"))
	x.start()
	for _, c := range []struct {
		point crashpoint.Point
		nth   int
		gone  bool // afterwards
	}{
		{crashpoint.DropMarked, 1, false},  // not committed
		{crashpoint.CommitAfter, 1, true},  // committed, and nothing is cleared
		{crashpoint.DropCleared, 1, true},  // nor here
		{crashpoint.CommitBefore, 2, true}, // nor here
		{crashpoint.CommitAfter, 2, true},
	} {
		id := x.deletable()
		path := "/api/executions/" + id
		x.arm(c.point, c.nth)
		if err := x.manager().call(x.context(), http.MethodDelete, path, "", nil); err == nil {
			t.Errorf("%s: deleting was answered", c.point)
		}
		x.dies(c.point)
		x.start()
		err := x.manager().call(x.context(), http.MethodGet, path, "", &struct{}{})
		if gone := err != nil; gone != c.gone {
			t.Errorf("%s: the execution is gone: %t", c.point, gone)
		}
		if err := x.program.Stop(); err != nil {
			t.Fatal(err)
		}
		x.nothingLeft(id, c.gone)
		x.start()
	}
	if err := x.program.Stop(); err != nil {
		t.Fatal(err)
	}
}

// deletable calls without a key and returns the ID of the execution.
func (x *trial) deletable() string {
	x.t.Helper()
	if err := x.manager().call(x.context(), http.MethodPost, "/hooks/bulky", fmt.Sprintf(`{"text": %q}`, bulk), nil); err != nil {
		x.t.Fatal(err)
	}
	if err := x.manager().rest(x.context()); err != nil {
		x.t.Fatal(err)
	}
	var found page
	if err := x.manager().call(x.context(), http.MethodGet, "/api/executions?limit=1", "", &found); err != nil || len(found.Items) == 0 {
		x.t.Fatal("there is no execution", err)
	}
	return found.Items[0].ID
}

// nothingLeft checks that all of an execution is there, or nothing.
func (x *trial) nothingLeft(id string, gone bool) {
	x.t.Helper()
	kept, err := store.Open(x.t.Context(), store.Options{Dir: x.shop.Dir})
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	for left := 1; left > 0; { // the stop may have come before the round had ended
		if left, err = kept.ClearDropped(x.t.Context(), 100); err != nil {
			x.t.Fatal(err)
		}
	}
	events, err := kept.Events(x.t.Context(), id, 0, 0)
	_, remains := kept.Dropped(x.t.Context(), id)
	if err != nil || (len(events) == 0) != gone || (remains == nil) != gone {
		x.t.Errorf("execution %s, gone: %t, has %d events; %v, %v", id, gone, len(events), err, remains)
	}
}
