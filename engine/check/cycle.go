package check

import (
	"slices"

	"redial/engine/flow"
)

// arrange finds an order of the nodes in which each comes after those that
// lead to it. Edges that close a cycle are taken out of the graph; the first of
// them is reported.
func (g *graph) arrange(report *problems) {
	closing := g.closingEdges()
	if len(closing) > 0 {
		g.reportCycle(slices.Min(closing), report)
		for _, e := range closing {
			g.cut(e)
		}
	}
	open := make([]int, len(g.nodes))
	g.order = make([]int, 0, len(g.nodes))
	for i := range g.nodes {
		if open[i] = len(g.nodes[i].in); open[i] == 0 {
			g.order = append(g.order, i)
		}
	}
	for next := 0; next < len(g.order); next++ {
		for _, e := range g.nodes[g.order[next]].out {
			to := g.edges[e].to
			if open[to]--; open[to] == 0 {
				g.order = append(g.order, to)
			}
		}
	}
}

// closingEdges are those that lead back to a step still being walked through,
// depth first and in the order of the file.
func (g *graph) closingEdges() []int {
	const (
		unseen = iota
		within
		done
	)
	var closing []int
	state := make([]uint8, len(g.nodes))
	var walk func(i int)
	walk = func(i int) {
		state[i] = within
		for _, e := range g.nodes[i].out {
			switch to := g.edges[e].to; state[to] {
			case unseen:
				walk(to)
			case within:
				closing = append(closing, e)
			}
		}
		state[i] = done
	}
	for i := range g.nodes {
		if state[i] == unseen {
			walk(i)
		}
	}
	return closing
}

func (g *graph) cut(e int) {
	g.nodes[g.edges[e].from].out = without(g.nodes[g.edges[e].from].out, e)
	g.nodes[g.edges[e].to].in = without(g.nodes[g.edges[e].to].in, e)
}

func without(list []int, drop int) []int {
	kept := list[:0]
	for _, item := range list {
		if item != drop {
			kept = append(kept, item)
		}
	}
	return kept
}

// reportCycle names the shortest way round that the edge closes.
func (g *graph) reportCycle(closing int, report *problems) {
	e := g.edges[closing]
	before := make([]int, len(g.nodes)) // on the way from e.to
	for i := range before {
		before[i] = -1
	}
	before[e.to] = e.to
	for front := []int{e.to}; len(front) > 0 && before[e.from] < 0; front = front[1:] {
		for _, out := range g.nodes[front[0]].out {
			if to := g.edges[out].to; before[to] < 0 {
				before[to] = front[0]
				front = append(front, to)
			}
		}
	}
	way := []string{g.nodes[e.to].title()}
	for i := e.from; i != e.to; i = before[i] {
		way = append(way, g.nodes[i].title())
	}
	const longest = 12
	text := g.nodes[e.to].title()
	for i := len(way) - 1; i >= 0; i-- {
		if len(way) > longest && i == len(way)-longest/2 {
			i = longest / 2
			text += " -> …"
			continue
		}
		text += " -> " + way[i]
	}
	report.error(flow.CodeCycle, g.edgePath(e), g.nodes[e.to].title(),
		"the edges go round in a circle: %s; steps run once, so to repeat something use an each step", text)
}
