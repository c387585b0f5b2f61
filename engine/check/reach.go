package check

import (
	"slices"

	"redial/engine/flow"
)

// findUpstream computes which nodes lead to which.
func (g *graph) findUpstream() {
	g.upstream = newBitsets(len(g.nodes), len(g.nodes))
	for _, i := range g.order {
		for _, e := range g.nodes[i].in {
			from := g.edges[e].from
			g.upstream[i].union(g.upstream[from])
			g.upstream[i].add(from)
		}
	}
}

// reportUnreachable names the steps that no path from the trigger leads to.
func (g *graph) reportUnreachable(report *problems) {
	for i := 1; i < len(g.nodes); i++ {
		if g.upstream[i].has(start) || g.index[g.nodes[i].step.ID] != i {
			continue
		}
		id := g.nodes[i].step.ID
		advice := "join it with an edge, or remove it"
		if len(g.nodes[i].in) > 0 {
			advice = "join the steps before it with the trigger, or remove it"
		}
		report.error(flow.CodeUnreachable, g.stepPath(i), id,
			"the step %s is never reached: no path leads to it from the trigger; %s", id, advice)
	}
}

// What a running step does to the edges that leave it decides what else is
// certain to run:
//
//   - on_error fail and continue: the default edges arrive, or nothing later
//     runs at all;
//   - on_error route: either those of the default port or those of the error
//     port arrive;
//   - a fail step: none, as if by any other error;
//   - a branch: those of one path arrive; without a path that takes the rest,
//     perhaps none;
//   - disabled: the default edges arrive, except of branch and respond steps,
//     which are skipped.

// exit is one of the ways in which a step can end: the port whose edges arrive.
type exit struct {
	port string
	none bool // no edge arrives
}

// exits lists the ways a node can end after which others still run.
func (g *graph) exits(i int) []exit {
	n := &g.nodes[i]
	switch {
	case n.step == nil:
		return []exit{{}}
	case n.skipped():
		return []exit{{none: true}}
	case n.step.Disabled:
		return []exit{{}}
	}
	var exits []exit
	if !n.known {
		return g.exitsByEdges(i)
	}
	if n.ports.Default && (n.step.Uses != "fail" || n.step.OnError == flow.OnErrorContinue) {
		exits = append(exits, exit{})
	}
	for _, port := range n.ports.Named {
		exits = append(exits, exit{port: port})
	}
	if len(n.ports.Named) > 0 && !takesRest(n.step) {
		exits = append(exits, exit{none: true})
	}
	if n.step.OnError == flow.OnErrorRoute {
		exits = append(exits, exit{port: flow.ErrorPort})
	}
	return exits
}

// exitsByEdges takes the ports of a step of which nothing is known to be those
// that edges leave from.
func (g *graph) exitsByEdges(i int) []exit {
	var exits []exit
	for _, out := range g.nodes[i].out {
		if x := (exit{port: g.edges[out].port}); !slices.Contains(exits, x) {
			exits = append(exits, x)
		}
	}
	if len(exits) == 0 {
		return []exit{{}}
	}
	return exits
}

// skipped tells disabled steps that pass nothing on.
func (n *node) skipped() bool {
	return n.step != nil && n.step.Disabled && (n.step.Uses == "branch" || n.step.Uses == "respond")
}

// takesRest tells branches whose last path needs no condition.
func takesRest(s *flow.Step) bool {
	value, _ := s.With.Get("paths")
	paths, _ := value.([]any)
	if len(paths) == 0 {
		return false
	}
	last, _ := paths[len(paths)-1].(flow.Object)
	when, conditional := last.Get("when")
	return !conditional || when == true || when == "true"
}

// findCertain computes for every node which others have run whenever it runs.
// It never calls certain what is not. It looks at one branch at a time, so it
// may miss what follows from the conditions of several together.
func (g *graph) findCertain() {
	implied, byPort := g.implied()
	g.certain = newBitsets(len(g.nodes), len(g.nodes))
	arrived := newBitset(len(g.nodes))
	for _, i := range g.order {
		certain := g.certain[i]
		if len(g.nodes[i].in) > 0 {
			certain.fill()
		}
		for _, e := range g.nodes[i].in {
			from := g.edges[e].from
			if g.nodes[from].skipped() {
				continue // the edge never arrives
			}
			copy(arrived, g.certain[from])
			if follows := byPort[from][g.edges[e].port]; follows != nil {
				arrived.union(follows)
			}
			certain.intersect(arrived)
		}
		certain.union(implied[i])
	}
}

// implied gives for every node which others run in the end if it runs, and the
// same for every port of it that is taken.
func (g *graph) implied() (byNode []bitset, byPort []map[string]bitset) {
	byNode = newBitsets(len(g.nodes), len(g.nodes))
	byPort = make([]map[string]bitset, len(g.nodes))
	for k := len(g.order) - 1; k >= 0; k-- {
		i := g.order[k]
		byPort[i] = map[string]bitset{}
		for _, out := range g.nodes[i].out {
			e := g.edges[out]
			if byPort[i][e.port] == nil {
				byPort[i][e.port] = newBitset(len(g.nodes))
			}
			byPort[i][e.port].union(byNode[e.to])
		}
		exits := g.exits(i)
		if len(exits) > 0 {
			byNode[i].fill()
		}
		for _, x := range exits {
			if follows := byPort[i][x.port]; !x.none && follows != nil {
				byNode[i].intersect(follows)
			} else {
				clear(byNode[i])
			}
		}
		byNode[i].add(i)
	}
	return byNode, byPort
}

// mayBeSkipped reports whether node i may run although the node before, which
// leads to it, did not.
func (g *graph) mayBeSkipped(before, i int) bool {
	n := &g.nodes[before]
	return n.step != nil && n.step.Disabled || !g.certain[i].has(before)
}
