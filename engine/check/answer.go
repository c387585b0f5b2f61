package check

import "redial/engine/flow"

// responds tells the steps that answer the caller.
func (n *node) responds() bool {
	return n.step != nil && n.step.Uses == "respond" && !n.step.Disabled
}

func (g *graph) respondSteps() []int {
	var found []int
	for _, i := range g.order {
		if g.nodes[i].responds() {
			found = append(found, i)
		}
	}
	return found
}

// reportSecondAnswers finds respond steps that another one may precede, or run
// beside.
func (g *graph) reportSecondAnswers(report *problems) {
	answers := g.respondSteps()
	if len(answers) < 2 {
		return
	}
	together := g.newTogether()
	for k, second := range answers {
		first, behind, beside := -1, false, false
		for _, other := range answers[:k] {
			switch {
			case !together.answers(other, second):
			case g.upstream[second].has(other):
				first, behind = other, true
			case !behind:
				first, beside = other, true
			}
		}
		id := g.nodes[second].step.ID
		switch {
		case behind:
			report.error(flow.CodeRespond, g.stepPath(second), id,
				"the caller has its answer from %s when this step comes; an execution answers once, so remove one of the two", g.nodes[first].title())
		case beside:
			report.warn(flow.CodeRespond, g.stepPath(second), id,
				"this step and %s may both run, and whichever comes first is the answer; put them on different paths of a branch", g.nodes[first].title())
		}
	}
}

// together knows which ports of a graph can be taken in one and the same
// execution. Two ports of one node exclude each other; so does whatever follows
// from them alone.
type together struct {
	beside []bitset         // of each port: the others that can be taken too
	port   []map[string]int // of each node: its ports, numbered through the graph
}

// newTogether goes through the nodes in order. A port can be taken beside an
// earlier one if one of those that lead to its node is that port or can be
// taken beside it. For any two ports that is exact: it follows two paths
// backwards, always the later one, until they meet.
func (g *graph) newTogether() *together {
	t := g.numberPorts()
	for _, i := range g.order {
		before := newBitset(len(t.beside))
		for _, in := range g.nodes[i].in {
			e := g.edges[in]
			if g.nodes[e.from].skipped() {
				continue
			}
			port := t.port[e.from][e.port]
			before.union(t.beside[port])
			before.add(port)
		}
		for _, port := range t.port[i] {
			copy(t.beside[port], before)
		}
		for other := range before.all {
			for _, port := range t.port[i] {
				t.beside[other].add(port)
			}
		}
	}
	return t
}

// numberPorts finds the ports that edges leave from, and those by which
// respond steps succeed.
func (g *graph) numberPorts() *together {
	t := &together{port: make([]map[string]int, len(g.nodes))}
	count := 0
	for _, i := range g.order {
		t.port[i] = map[string]int{}
		if g.nodes[i].responds() {
			t.port[i][flow.DefaultPort] = count
			count++
		}
		for _, out := range g.nodes[i].out {
			if _, known := t.port[i][g.edges[out].port]; !known {
				t.port[i][g.edges[out].port] = count
				count++
			}
		}
	}
	t.beside = newBitsets(count, count)
	return t
}

// answers tells whether two respond steps may both succeed.
func (t *together) answers(a, b int) bool {
	return t.beside[t.port[a][flow.DefaultPort]].has(t.port[b][flow.DefaultPort])
}

// reportInnerAnswers finds respond steps in the body of an each step.
func (g *graph) reportInnerAnswers(report *problems) {
	for i := range g.nodes {
		if g.nodes[i].responds() {
			report.error(flow.CodeRespond, g.stepPath(i), g.nodes[i].step.ID,
				"a respond step inside an each step would answer once for every item; put it behind the each step")
		}
	}
}

// reportSilentPaths finds paths of a flow with callers who wait that lead to no
// respond step.
func (g *graph) reportSilentPaths(report *problems) {
	if len(g.respondSteps()) == 0 {
		report.warn(flow.CodeRespond, flow.TriggerID, flow.TriggerID,
			"the flow is sync but no path reaches a respond step; callers get an empty 204 when it ends")
		return
	}
	for _, end := range g.silentEnds() {
		g.reportSilentEnd(end.node, end.exit, report)
	}
}

// end is a way to leave a node that nothing follows.
type end struct {
	node int
	exit exit
}

// silentEnds are the ends of paths on which no respond step runs, the nearest
// to the beginning first.
func (g *graph) silentEnds() []end {
	silent := g.silent()
	if !silent[start] {
		return nil
	}
	var ends []end
	seen := newBitset(len(g.nodes))
	for front := []int{start}; len(front) > 0; front = front[1:] {
		i := front[0]
		for _, x := range g.exits(i) {
			next, isSilent := g.follow(i, x, silent)
			if !isSilent {
				continue
			}
			if len(next) == 0 {
				ends = append(ends, end{i, x})
			}
			for _, to := range next {
				if !seen.has(to) {
					seen.add(to)
					front = append(front, to)
				}
			}
		}
	}
	return ends
}

func (g *graph) reportSilentEnd(i int, x exit, report *problems) {
	path, id := g.stepPath(i), g.nodes[i].id()
	if x.port == flow.DefaultPort {
		report.warn(flow.CodeRespond, path, id,
			"a path ends here without a respond step; callers get an empty 204")
		return
	}
	report.warn(flow.CodeRespond, path, id,
		"a path ends at the port %s.%s without a respond step; callers get an empty 204", g.nodes[i].title(), x.port)
}

// silent tells for each node whether an execution that runs it may end without
// any respond step having run from there on.
func (g *graph) silent() []bool {
	silent := make([]bool, len(g.nodes))
	for k := len(g.order) - 1; k >= 0; k-- {
		i := g.order[k]
		if g.nodes[i].responds() {
			continue
		}
		for _, x := range g.exits(i) {
			if _, isSilent := g.follow(i, x, silent); isSilent {
				silent[i] = true
			}
		}
	}
	return silent
}

// follow gives the nodes behind an exit and whether all of them may stay
// silent. That no condition of a branch is true is no path of the file, and
// not followed.
func (g *graph) follow(i int, x exit, silent []bool) (next []int, isSilent bool) {
	if x.none && !g.nodes[i].skipped() {
		return nil, false
	}
	for _, out := range g.nodes[i].out {
		e := g.edges[out]
		if x.none || e.port != x.port {
			continue
		}
		if !silent[e.to] {
			return nil, false
		}
		next = append(next, e.to)
	}
	return next, true
}
