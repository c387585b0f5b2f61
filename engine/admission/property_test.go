package admission_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redial/engine/admission"
)

// model does at random what a server does, and keeps its own books.
type model struct {
	t      *rapid.T
	room   *admission.Room
	limits admission.Limits
	flow   map[string]int // limits of flows
	state  map[*admission.Ticket]string
	all    []*admission.Ticket
	clock  time.Time
}

func (m *model) in(state, flow string) (found []*admission.Ticket) {
	for _, t := range m.all {
		if m.state[t] == state && (flow == "" || t.Flow == flow) {
			found = append(found, t)
		}
	}
	return found
}

// may reports whether a ticket has room by the books.
func (m *model) may(t *admission.Ticket) bool {
	limit := m.flow[t.Flow]
	return len(m.in("runs", "")) < m.limits.Running && (limit == 0 || len(m.in("runs", t.Flow)) < limit)
}

func (m *model) enter(*rapid.T) {
	m.clock = m.clock.Add(time.Duration(rapid.IntRange(0, 1).Draw(m.t, "later")))
	t := &admission.Ticket{
		ID: fmt.Sprintf("%04d", len(m.all)), At: m.clock, Bounded: rapid.Bool().Draw(m.t, "bounded"),
		Flow: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(m.t, "flow"), Begun: rapid.Bool().Draw(m.t, "begun"),
		Awaited: rapid.Bool().Draw(m.t, "awaited"),
	}
	t.Turn = func() { m.turn(t) }
	m.all = append(m.all, t)
	may := m.may(t)
	runs, err := m.room.Enter(t)
	switch {
	case runs != may:
		m.t.Fatalf("%+v runs: %v", t, runs)
	case runs:
		m.state[t] = "runs"
	case err == nil:
		m.state[t] = "waits"
	default:
		waiting := 0
		for _, other := range m.in("waits", t.Flow) {
			if other.Awaited == t.Awaited {
				waiting++
			}
		}
		if !t.Bounded || waiting < m.limits.Queued {
			m.t.Fatalf("%+v was refused although %d wait", t, waiting)
		}
	}
}

// turn is somebody's turn who waited.
func (m *model) turn(t *admission.Ticket) {
	if m.state[t] != "waits" || !m.may(t) {
		m.t.Fatalf("it is the turn of %+v, which %s", t, m.state[t])
	}
	for _, other := range m.in("waits", t.Flow) {
		older := other.Begun && !t.Begun || other.Begun == t.Begun && (other.At.Before(t.At) || other.At.Equal(t.At) && other.ID < t.ID)
		if other.Awaited == t.Awaited && older {
			m.t.Fatalf("%+v goes before %+v", t, other)
		}
	}
	m.state[t] = "runs"
}

func (m *model) leave(state string) {
	some := m.in(state, "")
	if len(some) == 0 {
		return
	}
	t := rapid.SampledFrom(some).Draw(m.t, "who")
	m.state[t] = "left"
	m.room.Leave(t)
}

func (m *model) check(*rapid.T) {
	for _, t := range m.in("waits", "") {
		if m.may(t) {
			m.t.Fatalf("%+v waits although there is room", t)
		}
	}
	load := m.room.Load()
	if load.Running != len(m.in("runs", "")) || load.Queued() != len(m.in("waits", "")) {
		m.t.Fatalf("the load is %+v; %d run and %d wait", load, len(m.in("runs", "")), len(m.in("waits", "")))
	}
	for _, flow := range []string{"a", "b", "c"} {
		seen := map[int]bool{}
		for _, t := range m.in("waits", flow) {
			place := m.room.Place(t)
			if place < 1 || place > len(m.in("waits", flow)) || seen[place] {
				m.t.Fatalf("%+v has place %d", t, place)
			}
			seen[place] = true
		}
	}
}

// Whatever comes, goes, joins or hangs up in whatever order: no bound is exceeded,
// nobody waits where there is room, equals go in their order, and all have their
// turn.
func TestAnyOrderOfEvents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limits := admission.Limits{Running: rapid.IntRange(1, 5).Draw(t, "running"), Queued: rapid.IntRange(1, 6).Draw(t, "queued")}
		m := &model{
			t: t, room: admission.New(limits), limits: limits,
			flow: map[string]int{}, state: map[*admission.Ticket]string{}, clock: time.Unix(0, 0),
		}
		t.Repeat(map[string]func(*rapid.T){
			"enter":           m.enter,
			"end":             func(*rapid.T) { m.leave("runs") },
			"give up":         func(*rapid.T) { m.leave("waits") },
			"set":             m.set,
			"hang up or join": m.telephone,
			"":                m.check,
		})
		for range m.all {
			m.leave("runs")
		}
		if left := m.in("waits", ""); len(left) > 0 {
			t.Fatalf("%d had no turn", len(left))
		}
	})
}

func (m *model) set(*rapid.T) {
	flow := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(m.t, "flow")
	m.flow[flow] = rapid.IntRange(0, 3).Draw(m.t, "limit")
	m.room.SetLimit(flow, m.flow[flow])
}

// telephone makes a caller join or hang up.
func (m *model) telephone(*rapid.T) {
	if len(m.all) > 0 {
		t := rapid.SampledFrom(m.all).Draw(m.t, "who")
		m.room.Await(t, !t.Awaited)
	}
}

// However many callers wait, an execution for which nobody waits has its turn: of
// Share starts of its flow one is for its kind, and flows take turns.
func TestBackgroundIsNotStarved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		room := admission.New(admission.Limits{Running: 1})
		limited := rapid.Bool().Draw(t, "limited")
		if limited {
			room.SetLimit("f", 1)
		}
		began := -1
		running := &admission.Ticket{ID: "0", Flow: "f"}
		_, _ = room.Enter(running)
		patient := &admission.Ticket{ID: "1", Flow: rapid.SampledFrom([]string{"f", "g"}).Draw(t, "flow")}
		starts := 0
		patient.Turn = func() { began = starts; running = patient }
		_, _ = room.Enter(patient)
		for n := 0; n < 4*admission.Share && began < 0; n++ {
			for i := range rapid.IntRange(1, 3).Draw(t, "callers") {
				caller := &admission.Ticket{ID: fmt.Sprint("c", n, ".", i), At: time.Unix(int64(n), 0), Flow: rapid.SampledFrom([]string{"f", "h"}).Draw(t, "of"), Awaited: true}
				caller.Turn = func() { running = caller }
				_, _ = room.Enter(caller)
			}
			room.Leave(running)
			starts++
		}
		if began < 0 || began > 3*admission.Share {
			t.Fatalf("it had its turn after %d others", began)
		}
	})
}
