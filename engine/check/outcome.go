package check

import (
	"cmp"
	"slices"
	"time"
)

// Port is an end of a step, or of the trigger, that edges may leave from.
type Port struct {
	Step string // or flow.TriggerID
	Port string
}

// SilentPorts are the ports at which paths end on which no respond step runs:
// whoever waits gets an empty 204 there. The nearest to the trigger come first.
func (p *Plan) SilentPorts() []Port {
	g := p.checker.bodies[""]
	var ports []Port
	for _, end := range g.silentEnds() {
		if !end.exit.none {
			ports = append(ports, Port{g.nodes[end.node].id(), end.exit.port})
		}
	}
	return ports
}

// Answers tells for each port of a step with several ways out which respond
// steps may answer once it is taken, in reading order. Ports behind which
// nothing answers are missing.
func (p *Plan) Answers() map[Port][]string {
	g := p.checker.bodies[""]
	behind := make([]bitset, len(g.nodes)) // a node's answer, or those behind it
	for i := range behind {
		behind[i] = newBitset(len(g.nodes))
	}
	answers := map[Port][]string{}
	for _, i := range slices.Backward(g.order) {
		if g.nodes[i].responds() {
			behind[i].add(i)
			continue
		}
		byPort := map[string]bitset{}
		for _, out := range g.nodes[i].out {
			e := g.edges[out]
			if byPort[e.port] == nil {
				byPort[e.port] = newBitset(len(g.nodes))
			}
			byPort[e.port].union(behind[e.to])
			behind[i].union(behind[e.to])
		}
		if len(g.nodes[i].ports.Named) == 0 && len(byPort) < 2 {
			continue
		}
		for port, found := range byPort {
			if ids := g.ids(found); len(ids) > 0 {
				answers[Port{g.nodes[i].id(), port}] = ids
			}
		}
	}
	return answers
}

// ids are those of a set of nodes, in reading order.
func (g *graph) ids(set bitset) []string {
	var ids []string
	for _, i := range g.order {
		if set.has(i) {
			ids = append(ids, g.nodes[i].id())
		}
	}
	return ids
}

// Pace is how long a caller usually waits for one of a flow's answers.
type Pace struct {
	// Answer is the respond step; where the flow has none, the step that ends it.
	Answer string
	Total  time.Duration
	// Steps are those on the slowest path to it, the answering one among them.
	Steps []string
}

// Paces adds up how long steps usually take along the slowest path to each
// answer, the slowest answer first. Steps that are missing from usual take no
// time.
func (p *Plan) Paces(usual map[string]time.Duration) []Pace {
	g := p.checker.bodies[""]
	reach := make([]time.Duration, len(g.nodes))
	before := make([]int, len(g.nodes))
	responding := len(g.respondSteps()) > 0
	var paces []Pace
	for _, i := range g.order {
		before[i] = g.slowestBefore(i, reach)
		if before[i] >= 0 {
			reach[i] = reach[before[i]]
		}
		n := &g.nodes[i]
		if n.step != nil && !n.step.Disabled {
			reach[i] = plus(reach[i], usual[n.step.ID])
		}
		isEnd := n.responds() || !responding && len(n.out) == 0 && n.step != nil
		if isEnd && g.upstream[i].has(start) {
			paces = append(paces, Pace{Answer: n.id(), Total: reach[i], Steps: g.trace(i, before)})
		}
	}
	slices.SortStableFunc(paces, func(a, b Pace) int { return cmp.Compare(b.Total, a.Total) })
	return paces
}

// slowestBefore is the node that one has to wait for longest; -1: none.
func (g *graph) slowestBefore(i int, reach []time.Duration) int {
	slowest := -1
	for _, in := range g.nodes[i].in {
		if from := g.edges[in].from; slowest < 0 || reach[from] > reach[slowest] {
			slowest = from
		}
	}
	return slowest
}

// trace follows nodes back to the trigger and gives the steps in order.
func (g *graph) trace(i int, before []int) []string {
	var steps []string
	for ; i > start; i = before[i] {
		steps = append(steps, g.nodes[i].id())
	}
	slices.Reverse(steps)
	return steps
}
