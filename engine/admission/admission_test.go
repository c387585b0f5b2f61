package admission_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"redial/engine/admission"
)

// stage is a room, and who runs in it, in the order of their starts.
type stage struct {
	t       *testing.T
	room    *admission.Room
	tickets map[string]*admission.Ticket
	started []string
	clock   time.Time
}

func newStage(t *testing.T, limits admission.Limits) *stage {
	t.Helper()
	return &stage{
		t: t, room: admission.New(limits), tickets: map[string]*admission.Ticket{},
		clock: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
	}
}

// ticket is one that may be refused. Names like "orders/a1" give the flow.
func (s *stage) ticket(name string) *admission.Ticket {
	flow, _, _ := strings.Cut(name, "/")
	s.clock = s.clock.Add(time.Microsecond)
	t := &admission.Ticket{ID: name, At: s.clock, Flow: flow, Bounded: true}
	t.Turn = func() { s.started = append(s.started, name) }
	s.tickets[name] = t
	return t
}

func (s *stage) enter(t *admission.Ticket) error {
	runs, err := s.room.Enter(t)
	if runs {
		s.started = append(s.started, t.ID)
	}
	return err
}

// call lets somebody in for whom a caller holds the line, send somebody else.
func (s *stage) call(name string) error {
	t := s.ticket(name)
	t.Awaited = true
	return s.enter(t)
}

func (s *stage) send(name string) error { return s.enter(s.ticket(name)) }

func (s *stage) child(name, parent string) {
	s.t.Helper()
	t := s.ticket(name)
	t.Parent, t.Bounded = s.tickets[parent], false
	s.ok(s.enter(t))
}

func (s *stage) leave(names ...string) {
	for _, name := range names {
		s.room.Leave(s.tickets[name])
	}
}

func (s *stage) ok(errs ...error) {
	s.t.Helper()
	if err := errors.Join(errs...); err != nil {
		s.t.Fatal(err)
	}
}

// wants checks who was started since it was last asked, in order.
func (s *stage) wants(names ...string) {
	s.t.Helper()
	if !slices.Equal(s.started, names) {
		s.t.Fatalf("started were %v, not %v", s.started, names)
	}
	s.started = nil
}

func TestOldestGoesFirstAndPlacesCountUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{})
	s.room.SetLimit("orders", 1)
	s.ok(s.send("orders/a"), s.send("orders/b"), s.send("orders/c"), s.send("other/x"))
	s.wants("orders/a", "other/x")
	for place, name := range []string{"orders/a", "orders/b", "orders/c"} {
		if got := s.room.Place(s.tickets[name]); got != place {
			t.Errorf("%s has place %d", name, got)
		}
	}
	if load := s.room.FlowLoad("orders"); load != (admission.Load{Running: 1, Background: 2, Limit: 1}) {
		t.Errorf("the load is %+v", load)
	}
	s.leave("orders/a")
	s.wants("orders/b")
	s.leave("orders/c", "orders/b") // one gives up
	s.wants()
}

func TestCallersWhoWaitGoFirstAndOthersGetTheirShare(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]func(*stage){
		"of a flow":     func(s *stage) { s.room.SetLimit("f", 1) },
		"of the server": func(*stage) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limits := admission.Limits{}
			if name == "of the server" {
				limits.Running = 1
			}
			s := newStage(t, limits)
			room(s)
			s.ok(s.send("f/first"))
			s.wants("f/first")
			var want []string
			for i := range 3 {
				s.ok(s.send(fmt.Sprintf("f/background%d", i)))
			}
			for i := range 10 {
				s.ok(s.call(fmt.Sprintf("f/caller%d", i)))
			}
			for i := range 10 {
				want = append(want, fmt.Sprintf("f/caller%d", i))
				if i%(admission.Share-1) == admission.Share-2 {
					want = append(want, fmt.Sprintf("f/background%d", i/(admission.Share-1)))
				}
			}
			want = append(want, "f/background2")
			s.leave("f/first")
			var got []string
			for len(s.started) > 0 {
				last := s.started[0]
				got, s.started = append(got, last), nil
				s.leave(last)
			}
			if !slices.Equal(got, want) {
				t.Errorf("the order is\n%v, not\n%v", got, want)
			}
		})
	}
}

// Of flows, each has its turn: one that is flooded does not hold up the others,
// and one without callers who wait gets its share.
func TestFlowsTakeTurns(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{Running: 1})
	s.ok(s.send("a/0"))
	for i := range 12 {
		s.ok(s.call(fmt.Sprintf("flood/%d", i)))
	}
	s.ok(s.call("b/0"), s.call("b/1"), s.send("quiet/0"))
	s.wants("a/0")
	s.leave("a/0")
	var order []string
	for len(s.started) > 0 && len(order) < 7 {
		last := s.started[0]
		order, s.started = append(order, last), nil
		s.leave(last)
	}
	if want := []string{"flood/0", "b/0", "flood/1", "b/1", "quiet/0", "flood/2", "flood/3"}; !slices.Equal(order, want) {
		t.Errorf("the order is %v, not %v", order, want)
	}
}

func TestWhoHasBegunGoesBeforeThoseWhoHaveNot(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{})
	s.room.SetLimit("f", 1)
	s.ok(s.send("f/a"), s.send("f/b"))
	woken := s.ticket("f/woken")
	woken.Begun = true
	s.ok(s.enter(woken))
	s.wants("f/a")
	s.leave("f/a")
	s.wants("f/woken")
}

// A caller who hangs up leaves the queue of those who wait, and one who joins
// enters it; children go with them.
func TestAwaitMovesAnExecutionAndItsChildren(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{})
	s.room.SetLimit("inner", 1)
	s.ok(s.send("inner/first"), s.send("outer/p"))
	s.child("inner/child", "outer/p")
	s.ok(s.call("inner/caller"))
	if place := s.room.Place(s.tickets["inner/child"]); place != 2 {
		t.Errorf("the child of an execution nobody waits for has place %d", place)
	}
	s.room.Await(s.tickets["outer/p"], true)
	if place := s.room.Place(s.tickets["inner/child"]); place != 1 {
		t.Errorf("the child of an execution a caller waits for has place %d", place)
	}
	s.room.Await(s.tickets["inner/caller"], false)
	s.wants("inner/first", "outer/p")
	s.leave("inner/first")
	s.wants("inner/child")
	s.leave("inner/child")
	s.wants("inner/caller")
}

func TestFullQueueRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{Queued: 2, QueuedTotal: 3})
	for _, flow := range []string{"f", "g"} {
		s.room.SetLimit(flow, 1)
		s.ok(s.send(flow + "/runs"))
	}
	s.ok(s.send("f/1"), s.send("f/2"))
	refused := func(name string, enter func(string) error, flow string, awaited bool) {
		t.Helper()
		if s.room.Room(flow, awaited) {
			t.Errorf("there is said to be room for %s", name)
		}
		if err := enter(name); !errors.Is(err, admission.ErrFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("f/3", s.send, "f", false)
	s.ok(s.call("f/c1"), s.call("f/c2")) // who waits has room of their own
	refused("f/c3", s.call, "f", true)
	s.ok(s.send("g/1"))
	refused("g/2", s.send, "g", false)
	accepted := s.ticket("g/accepted")
	accepted.Bounded = false
	s.ok(s.enter(accepted))
	s.leave("f/3") // who was refused is out
	if load := s.room.Load(); load.Running != 2 || load.Awaited != 2 || load.Background != 4 {
		t.Errorf("the load is %+v", load)
	}
}

func TestLimitCountsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{})
	s.room.SetLimit("f", 1)
	s.ok(s.send("f/1"), s.send("f/2"), s.send("f/3"), s.send("f/4"))
	s.wants("f/1")
	s.room.SetLimit("f", 2)
	s.wants("f/2")
	s.room.SetLimit("f", 1)
	s.leave("f/1")
	s.wants()
	s.leave("f/2")
	s.wants("f/3")
	s.room.SetLimit("f", 0)
	s.wants("f/4")
	s.room.Force(s.tickets["f/4"]) // it runs already
	if load := s.room.FlowLoad("f"); load.Running != 2 {
		t.Errorf("the load is %+v", load)
	}
}

// Parents that hold all places are waited for by nobody but their children.
func TestChildrenNeedNoPlaceThatTheirParentsHold(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{Running: 2})
	s.room.SetLimit("outer", 2)
	s.ok(s.send("outer/1"), s.send("outer/2"), s.send("inner/waits"))
	s.child("inner/1", "outer/1")
	s.child("outer/again", "inner/1") // of the flow of its parent's parent
	s.wants("outer/1", "outer/2", "inner/1", "outer/again")
	s.leave("outer/again", "inner/1", "outer/1")
	s.wants("inner/waits")
}

// Flows that call each other in a circle do not wait for each other for ever.
func TestCirclesOfFlowsAreBroken(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{})
	for _, flow := range []string{"a", "b", "c"} {
		s.room.SetLimit(flow, 1)
		s.ok(s.send(flow + "/1"))
	}
	s.wants("a/1", "b/1", "c/1")
	s.child("b/of-a", "a/1")
	s.child("c/of-b", "b/1")
	s.wants()
	s.child("a/of-c", "c/1") // would wait for a/1, which waits for b/1, which waits for c/1
	s.wants("a/of-c")
	s.leave("a/of-c", "c/1")
	s.wants("c/of-b")
	s.leave("c/of-b", "b/1")
	s.wants("b/of-a")
}

// Children run while the server has no room, but not for ever before those who
// wait for it.
func TestChildrenDoNotKeepOthersFromAFlow(t *testing.T) {
	t.Parallel()
	s := newStage(t, admission.Limits{Running: 1})
	s.room.SetLimit("inner", 1)
	s.ok(s.send("outer/p"))
	s.child("inner/0", "outer/p")
	s.ok(s.call("inner/caller"))
	for i := range 2 * admission.Share {
		s.child(fmt.Sprintf("inner/%d", i+1), "outer/p")
	}
	s.wants("outer/p", "inner/0")
	last := "inner/0"
	for i := range admission.Share {
		s.leave(last)
		last = s.started[0]
		s.started = nil
		if last == "inner/caller" {
			return
		}
		_ = i
	}
	t.Errorf("the caller was passed over %d times", admission.Share)
}
