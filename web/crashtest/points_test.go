package crashtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"redial/engine/crashpoint"
	"redial/web/demo"
)

// visited are the points at which a program has died.
type visited struct {
	mu     sync.Mutex
	points map[crashpoint.Point]bool
}

func (v *visited) add(p crashpoint.Point) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.points[p] = true
}

// The program dies at each crash point at least once, sync and async, and every
// promise holds.
func TestEveryCrashPoint(t *testing.T) { //nolint:tparallel // "points" waits for those in it
	t.Parallel()
	seen := &visited{points: map[crashpoint.Point]bool{}}
	t.Run("points", func(t *testing.T) {
		for _, slug := range []string{demo.OrderFlow, AsyncFlow} {
			t.Run(slug, func(t *testing.T) {
				t.Parallel()
				dieWithOrders(t, seen, slug)
			})
		}
		for _, mode := range []string{"sync", "async"} {
			t.Run("large values, "+mode, func(t *testing.T) {
				t.Parallel()
				dieWithBlobs(t, seen, mode)
			})
		}
		t.Run("deleting", func(t *testing.T) {
			t.Parallel()
			dieDeleting(t, seen)
		})
		t.Run("migrate", func(t *testing.T) {
			t.Parallel()
			dieMigrating(t, seen)
		})
	})
	for _, p := range crashpoint.All() {
		if !seen.points[p] {
			t.Errorf("no program has died at %s", p)
		}
	}
}

// orderPoints are those that an order comes by, and how often it is let pass.
var orderPoints = []struct {
	point crashpoint.Point
	nths  []int
}{
	{crashpoint.StartUnstored, []int{1}},
	{crashpoint.CommitBefore, []int{1, 2, 4}},
	{crashpoint.CommitAfter, []int{1, 3, 5}},
	{crashpoint.CommitTold, []int{1, 3}},
	{crashpoint.CallsReleased, []int{2, 3}},
	{crashpoint.CallBefore, []int{1, 3, 5}}, // two lines, the invoice, the order, the mail
	{crashpoint.CallAfter, []int{1, 4, 5}},
	{crashpoint.AnswerMade, []int{1}},
	{crashpoint.AnswerStored, []int{1}},
	{crashpoint.AnswerTold, []int{1}},
	{crashpoint.FinishMade, []int{1}},
	{crashpoint.FinishStored, []int{1}},
}

// trial is a shop whose program dies again and again.
type trial struct {
	t       *testing.T
	shop    *Shop
	orders  *Orders
	program *Process
	seen    *visited
}

func dieWithOrders(t *testing.T, seen *visited, slug string) {
	t.Helper()
	x := &trial{t: t, shop: testShop(t, 0), orders: NewOrders(), seen: seen}
	defer func() {
		if x.program != nil {
			x.program.Kill()
		}
	}()
	x.start()
	for _, c := range orderPoints {
		for _, nth := range c.nths {
			x.arm(c.point, nth)
			_, _ = x.orders.Place(t.Context(), x.program.Base, slug) // it may be cut off
			x.dies(c.point)
			x.start()
		}
	}
	for _, point := range []crashpoint.Point{crashpoint.ResumeClaimed, crashpoint.ResumeLoaded, crashpoint.ResumeGoingOn} {
		x.leaveUnfinished(slug)
		x.diesStarting(point, 1)
		x.start()
	}
	x.arm(crashpoint.StopBegun, 1)
	_ = x.program.Stop() // it dies of it
	x.seen.add(crashpoint.StopBegun)
	x.start()
	x.dieChanging(slug)
	x.finish()
}

// finish lets everything come to its end, stops the program and checks what is
// left.
func (x *trial) finish() {
	x.t.Helper()
	if err := x.manager().rest(x.context()); err != nil {
		x.t.Fatalf("%v; log: %s", err, x.program.Log())
	}
	if err := x.program.Stop(); err != nil {
		x.t.Fatal(err)
	}
	found, err := Check(x.t.Context(), x.shop, x.orders.Promises())
	if err != nil {
		x.t.Fatal(err)
	}
	if err := found.Err(); err != nil {
		x.t.Error(err)
	}
	if found.total() == 0 || found.KeyedEffects == 0 {
		x.t.Errorf("nothing was ordered: %+v", found)
	}
}

// ready is the status of /readyz.
func (x *trial) ready() int {
	x.t.Helper()
	answer, err := x.orders.call(x.context(), http.MethodGet, x.program.Base+"/readyz", "")
	if err != nil {
		x.t.Fatal(err)
	}
	return answer.Status
}

func (x *trial) context() context.Context {
	ctx, cancel := context.WithTimeout(x.t.Context(), patience)
	x.t.Cleanup(cancel)
	return ctx
}

func (x *trial) manager() *manager {
	return &manager{base: x.program.Base, client: x.orders.client}
}

// start starts the program and lets everything come to its end.
func (x *trial) start() {
	x.t.Helper()
	x.open()
	if err := x.manager().rest(x.context()); err != nil {
		x.t.Fatalf("%v; log: %s", err, x.program.Log())
	}
}

// open starts the program.
func (x *trial) open() {
	x.t.Helper()
	x.orders.Forget()
	var err error
	if x.program, err = Start(x.context(), x.shop.Serve()); err != nil {
		x.t.Fatal(err)
	}
}

func (x *trial) arm(point crashpoint.Point, nth int) {
	x.t.Helper()
	text := fmt.Sprintf("%s:%d", point, nth)
	if _, err := io.WriteString(x.program.Stdin, text+"\n"); err != nil {
		x.t.Fatal(err)
	}
	if err := x.program.Await(x.context(), "armed "+text); err != nil {
		x.t.Fatal(err)
	}
}

func (x *trial) dies(point crashpoint.Point) {
	x.t.Helper()
	select {
	case <-x.program.Ended():
		x.seen.add(point)
	case <-x.context().Done():
		x.t.Fatalf("the program has not come to %s; log: %s", point, x.program.Log())
	}
}

// diesStarting starts a program that dies before it listens or soon after.
func (x *trial) diesStarting(point crashpoint.Point, nth int) {
	x.t.Helper()
	c := x.shop.Serve()
	c.Env = append(c.Env, fmt.Sprintf("%s=%s:%d", armedFrom, point, nth))
	var err error
	if x.program, err = Start(x.context(), c); err != nil && !errors.Is(err, errDied) {
		x.t.Fatal(err)
	}
	x.dies(point)
}

// leaveUnfinished kills the program in the middle of two orders.
func (x *trial) leaveUnfinished(slug string) {
	x.t.Helper()
	for range 2 {
		x.arm(crashpoint.CallAfter, 3)
		_, _ = x.orders.Place(x.t.Context(), x.program.Base, slug) // cut off
		x.dies(crashpoint.CallAfter)
		x.open()
	}
	x.arm(crashpoint.CallBefore, 1)
	_, _ = x.orders.Place(x.t.Context(), x.program.Base, slug) // cut off
	x.dies(crashpoint.CallBefore)
}

// dieChanging lets the program die while a flow is published and edited. Either
// is done as a whole or not at all.
func (x *trial) dieChanging(slug string) {
	x.t.Helper()
	for _, change := range []struct {
		point              crashpoint.Point
		method, path, body string
	}{
		{crashpoint.EditMiddle, http.MethodPut, "/api/flows/" + slug, `{"redial": 1, "slug": "` + slug + `", "name": "Changed", "trigger": {"uses": "webhook"}, "steps": {"answer": {"uses": "respond"}}, "edges": ["trigger -> answer"]}`},
		{crashpoint.PublishMiddle, http.MethodPost, "/api/flows/" + slug + "/publish", ""},
	} {
		before := x.flow(slug)
		x.arm(change.point, 1)
		if err := x.manager().call(x.context(), change.method, change.path, change.body, nil); err == nil {
			x.t.Errorf("%s %s was answered", change.method, change.path)
		}
		x.dies(change.point)
		x.start()
		if after := x.flow(slug); after != before {
			x.t.Errorf("%s: the flow was %+v and is %+v", change.point, before, after)
		}
		if err := x.manager().call(x.context(), change.method, change.path, change.body, nil); err != nil {
			x.t.Error(err)
		}
		if after := x.flow(slug); after == before {
			x.t.Errorf("%s: the flow has not changed afterwards: %+v", change.point, after)
		}
	}
}

type flowState struct {
	Name             string
	Revision         int64
	PublishedVersion int
}

func (x *trial) flow(slug string) (state flowState) {
	x.t.Helper()
	if err := x.manager().call(x.context(), http.MethodGet, "/api/flows/"+slug, "", &state); err != nil {
		x.t.Fatal(err)
	}
	return state
}

// dieMigrating lets the program die while it makes the tables of a new folder.
func dieMigrating(t *testing.T, seen *visited) {
	t.Helper()
	for _, c := range []struct {
		point crashpoint.Point
		nth   int
	}{
		{crashpoint.MigrateBefore, 1}, {crashpoint.MigrateBetween, 1}, {crashpoint.MigrateBetween, 2},
		{crashpoint.MigrateBetween, 3}, {crashpoint.MigrateAfter, 1},
	} {
		x := &trial{t: t, shop: &Shop{Dir: t.TempDir(), Command: testProgram(t)}, orders: NewOrders(), seen: seen}
		x.diesStarting(c.point, c.nth)
		x.start()
		var ready struct{ Status string }
		if err := x.manager().call(x.context(), http.MethodGet, "/readyz", "", &ready); err != nil || ready.Status != "ready" {
			t.Errorf("after %s: %+v, %v", c.point, ready, err)
		}
		if err := x.program.Stop(); err != nil || strings.Contains(x.program.Log(), "level=ERROR") {
			t.Errorf("after %s: %v; log: %s", c.point, err, x.program.Log())
		}
	}
}
