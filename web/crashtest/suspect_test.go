package crashtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/crashpoint"
)

// An execution that takes the program down at every start is held back in the
// end, and stays so after a stop in order. Others go on, and once a person has
// decided, so does it.
func TestSuspectIsHeldBack(t *testing.T) {
	t.Parallel()
	x := &trial{t: t, shop: testShop(t, 0), orders: NewOrders(), seen: &visited{points: map[crashpoint.Point]bool{}}}
	x.start()
	defer func() { x.program.Kill() }()
	x.arm(crashpoint.CallAfter, 1)
	_, _ = x.orders.Place(t.Context(), x.program.Base, AsyncFlow) // cut off
	x.dies(crashpoint.CallAfter)
	for range engine.MaxUncleanResumes + engine.MaxTrials {
		x.diesStarting(crashpoint.CallAfter, 1)
	}
	for range 2 {
		x.open()
		x.awaitsAttention()
		if p, err := x.orders.Place(x.context(), x.program.Base, "order-request"); err != nil || !p.Answered {
			t.Fatalf("another order: %+v, %v", p, err)
		}
		if err := x.program.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	x.open()
	id := x.awaitsAttention()
	var pending struct{ Reason string }
	if err := x.manager().call(x.context(), http.MethodGet, "/executions/"+id+"/response", "", &pending); err != nil || !strings.Contains(pending.Reason, "held back") {
		t.Errorf("whoever asks for the answer is told %q, %v", pending.Reason, err)
	}
	for line := range 2 {
		path, body := "/api/executions/"+id+"/resume", fmt.Sprintf(`{"step":"check_inventory","iteration":%d,"decision":"retry"}`, line)
		if err := x.manager().call(x.context(), http.MethodPost, path, body, nil); err != nil {
			t.Error(err)
		}
	}
	x.finish()
}

// awaitsAttention is the one execution that needs it.
func (x *trial) awaitsAttention() string {
	x.t.Helper()
	if err := x.program.Await(x.context(), "is held back"); err != nil {
		x.t.Fatal(err)
	}
	again, limit := time.NewTicker(20*time.Millisecond), x.context()
	defer again.Stop()
	for {
		var found page
		err := x.manager().call(limit, http.MethodGet, "/api/executions?status=needs_attention", "", &found)
		if err == nil && len(found.Items) == 1 {
			return found.Items[0].ID
		}
		select {
		case <-again.C:
		case <-limit.Done():
			x.t.Fatalf("held back are %v, %v; log: %s", found, err, x.program.Log())
		}
	}
}
