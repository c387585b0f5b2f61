package check

import (
	"time"

	"redial/engine/flow"
)

// reportDeadline warns where the times that a flow names itself, explicit
// timeouts and waits, add up to more than its callers wait for.
func (g *graph) reportDeadline(deadline flow.Duration, report *problems) {
	reach := make([]time.Duration, len(g.nodes)) // when the node is done at the latest
	before := make([]int, len(g.nodes))
	slowest := -1
	responding := len(g.respondSteps()) > 0
	for _, i := range g.order {
		before[i] = g.slowestBefore(i, reach)
		if before[i] >= 0 {
			reach[i] = reach[before[i]]
		}
		reach[i] = plus(reach[i], namedTime(g.nodes[i].step))
		isEnd := g.nodes[i].responds() || !responding && len(g.nodes[i].out) == 0
		if isEnd && g.upstream[i].has(start) && (slowest < 0 || reach[i] > reach[slowest]) {
			slowest = i
		}
	}
	if slowest < 0 || reach[slowest] <= time.Duration(deadline) {
		return
	}
	// The step to change is the first that goes past the deadline.
	at := slowest
	for before[at] >= 0 && reach[before[at]] > time.Duration(deadline) {
		at = before[at]
	}
	report.warn(flow.CodeDeadline, g.stepPath(at), g.nodes[at].id(),
		"up to here the timeouts and waits on the path to the answer add up to %s, but callers wait no longer than the deadline of %s; shorten them, or make the flow async",
		flow.Duration(reach[at]), deadline)
}

// namedTime is the longest that a step takes by what the file says of it.
func namedTime(s *flow.Step) time.Duration {
	if s == nil || s.Disabled {
		return 0
	}
	var total time.Duration
	attempts := 1
	if s.Retry != nil {
		attempts = max(1, s.Retry.Attempts)
		pause := float64(s.Retry.Pause)
		for range min(attempts-1, 64) {
			total = plus(total, bounded(pause))
			pause *= max(1, s.Retry.Factor)
		}
	}
	total = plus(total, bounded(float64(s.Timeout)*float64(attempts)))
	if s.Uses == "wait" {
		if d, err := flow.ParseDuration(s.With.Text("for")); err == nil {
			total = plus(total, time.Duration(d))
		}
	}
	if s.Do != nil {
		total = plus(total, roundTime(s.Do))
	}
	return total
}

// roundTime is the longest path through the body of an each step: at least one
// round is expected. Faulty edges are reported elsewhere; here they count for
// nothing.
func roundTime(b *flow.Body) time.Duration {
	index := make(map[string]int, len(b.Steps))
	for i := range b.Steps {
		index[b.Steps[i].ID] = i
	}
	into := make([][]int, len(b.Steps))
	for _, e := range b.Edges {
		from, fromOK := index[e.From]
		if to, toOK := index[e.To]; fromOK && toOK {
			into[to] = append(into[to], from)
		}
	}
	done := make([]time.Duration, len(b.Steps))
	state := make([]uint8, len(b.Steps)) // 1: being computed, 2: known
	var walk func(i int) time.Duration
	walk = func(i int) time.Duration {
		if state[i] > 0 {
			return done[i] // 0 on a cycle
		}
		state[i] = 1
		var latest time.Duration
		for _, from := range into[i] {
			latest = max(latest, walk(from))
		}
		done[i] = plus(latest, namedTime(&b.Steps[i]))
		return done[i]
	}
	var longest time.Duration
	for i := range b.Steps {
		longest = max(longest, walk(i))
	}
	return longest
}

// bounded turns nanoseconds into a duration that can be added to others.
func bounded(ns float64) time.Duration {
	return time.Duration(min(ns, float64(flow.MaxDuration)))
}

func plus(a, b time.Duration) time.Duration {
	return min(a+b, time.Duration(flow.MaxDuration))
}
