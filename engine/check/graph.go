package check

import (
	"fmt"
	"slices"
	"strings"

	"redial/engine/flow"
	"redial/engine/step"
)

// graph is the graph of a flow, or of the inside of an each step, without the
// edges that make no sense.
type graph struct {
	path  string // of the body in the flow file, with its dot; empty for the flow
	nodes []node // nodes[0] is what begins: the trigger, or a round of an each step
	edges []edge
	order []int // of the nodes, each after those that lead to it
	index map[string]int

	upstream []bitset // of each node: the nodes that lead to it
	certain  []bitset // of each node: the nodes that have run whenever it runs
}

type node struct {
	step    *flow.Step // nil for nodes[0]
	ports   step.Ports
	known   bool  // the ports are those of a step that exists
	in, out []int // edges
}

type edge struct {
	from, to int
	port     string
	at       int // its position in the flow file
}

const start = 0

// owners tells for every ID in a flow which body the step stands in, by the ID
// of the each step around it; "" is the flow itself.
func owners(f *flow.Flow) map[string]string {
	all := map[string]string{}
	var walk func(b *flow.Body, owner string)
	walk = func(b *flow.Body, owner string) {
		for i := range b.Steps {
			s := &b.Steps[i]
			if _, taken := all[s.ID]; !taken {
				all[s.ID] = owner
			}
			if s.Do != nil {
				walk(s.Do, s.ID)
			}
		}
	}
	walk(&f.Body, "")
	return all
}

// graphBuilder makes a graph of a body and reports the edges that it leaves
// out.
type graphBuilder struct {
	*graph
	inner    bool
	owners   map[string]string
	problems *problems
}

// newGraph builds the graph of a body. ports gives the ports of a step, and
// whether there is such a step at all.
func newGraph(b *flow.Body, path string, inner bool, owners map[string]string,
	ports func(*flow.Step) (step.Ports, bool), report *problems,
) *graph {
	g := &graph{path: path, nodes: make([]node, 1, len(b.Steps)+1), index: make(map[string]int, len(b.Steps)+1)}
	g.nodes[start] = node{ports: step.Ports{Default: true}, known: true}
	if !inner {
		g.index[flow.TriggerID] = start
	}
	for i := range b.Steps {
		s := &b.Steps[i]
		p, known := ports(s)
		if _, taken := g.index[s.ID]; !taken {
			g.index[s.ID] = len(g.nodes)
		}
		g.nodes = append(g.nodes, node{step: s, ports: p, known: known})
	}
	builder := graphBuilder{graph: g, inner: inner, owners: owners, problems: report}
	builder.join(b.Edges)
	if inner {
		builder.begin()
	}
	g.arrange(report)
	g.findUpstream()
	g.findCertain()
	return g
}

// title is a step's name for messages.
func (n *node) title() string {
	if n.step == nil {
		return "the trigger"
	}
	return n.step.ID
}

// id is what problems and paths call the node.
func (n *node) id() string {
	if n.step == nil {
		return flow.TriggerID
	}
	return n.step.ID
}

func (g *graph) edgePath(e edge) string { return fmt.Sprintf("%sedges[%d]", g.path, e.at) }

func (g *graph) stepPath(i int) string {
	if i == start {
		return flow.TriggerID
	}
	return g.path + "steps." + g.nodes[i].step.ID
}

func (b *graphBuilder) join(edges []flow.Edge) {
	seen := make(map[flow.Edge]bool, len(edges))
	for i, written := range edges {
		e := edge{port: written.Port, at: i}
		var ok bool
		if e.from, e.to, ok = b.ends(written, i); !ok {
			continue
		}
		if seen[written] {
			b.problems.warn(flow.CodeInvalidValue, b.edgePath(e), "",
				"the edge %s is there twice; remove one of them", written)
			continue
		}
		seen[written] = true
		if b.checkPort(e, written) {
			b.add(e)
		}
	}
}

func (g *graph) add(e edge) {
	g.nodes[e.from].out = append(g.nodes[e.from].out, len(g.edges))
	g.nodes[e.to].in = append(g.nodes[e.to].in, len(g.edges))
	g.edges = append(g.edges, e)
}

// begin lets a round begin at the steps without edges into them.
func (b *graphBuilder) begin() {
	for i := 1; i < len(b.nodes); i++ {
		if len(b.nodes[i].in) == 0 {
			b.add(edge{from: start, to: i, at: -1})
		}
	}
}

// ends finds the two steps of an edge.
func (b *graphBuilder) ends(e flow.Edge, at int) (from, to int, ok bool) {
	path := b.edgePath(edge{at: at})
	if e.To == flow.TriggerID {
		b.problems.error(flow.CodeInvalidValue, path, "", "the edge %s leads into the trigger, which only begins flows", e)
		return 0, 0, false
	}
	if e.From == flow.TriggerID && b.inner {
		b.problems.error(flow.CodeInvalidValue, path, "",
			"the edge %s comes from the trigger; inner steps without edges into them begin each round by themselves", e)
		return 0, 0, false
	}
	from, fromOK := b.end(e.From, e, path)
	to, toOK := b.end(e.To, e, path)
	if !fromOK || !toOK {
		return 0, 0, false
	}
	if from == to {
		b.problems.error(flow.CodeCycle, path, e.To,
			"the edge %s leads from a step to itself; to repeat something use an each step", e)
		return 0, 0, false
	}
	return from, to, true
}

func (b *graphBuilder) end(id string, e flow.Edge, path string) (int, bool) {
	if i, found := b.index[id]; found {
		return i, true
	}
	owner, elsewhere := b.owners[id]
	switch {
	case elsewhere && owner != "":
		b.problems.error(flow.CodeUnknownStep, path, "",
			"the edge %s crosses the border of the each step %s: %s stands inside it, and edges stay on one side", e, owner, id)
	case elsewhere:
		b.problems.error(flow.CodeUnknownStep, path, "",
			"the edge %s crosses the border of an each step: %s stands outside of it, and edges stay on one side", e, id)
	default:
		known := make([]string, 0, len(b.index))
		for name := range b.index {
			known = append(known, name)
		}
		slices.Sort(known)
		b.problems.error(flow.CodeUnknownStep, path, "",
			"the edge %s names the step %q, which does not exist%s", e, id, didYouMean(id, known))
	}
	return 0, false
}

func didYouMean(name string, known []string) string {
	if near := flow.Nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}

// checkPort reports edges out of ports that a step does not have. Edges of
// steps that are not known themselves are taken as they are.
func (b *graphBuilder) checkPort(e edge, written flow.Edge) bool {
	n := &b.nodes[e.from]
	switch {
	case e.port == flow.ErrorPort && e.from != start:
		if n.step.OnError == flow.OnErrorRoute {
			return true
		}
		b.problems.error(flow.CodeErrorEdge, b.edgePath(e), n.step.ID,
			"the edge %s is never taken, because %s does not have on_error: route; set it, or remove the edge", written, n.step.ID)
		return false
	case !n.known, e.port == flow.DefaultPort && n.ports.Default, slices.Contains(n.ports.Named, e.port) && e.port != flow.DefaultPort:
		return true
	case e.port == flow.DefaultPort:
		b.problems.error(flow.CodeUnknownPort, b.edgePath(e), n.id(),
			"the edge %s names no port, but %s has several; write one of %s", written, n.title(), b.ports(e.from))
	case len(n.ports.Named) == 0:
		b.problems.error(flow.CodeUnknownPort, b.edgePath(e), n.id(),
			"%s has no port %q; write %s -> %s", n.title(), e.port, written.From, written.To)
	default:
		b.problems.error(flow.CodeUnknownPort, b.edgePath(e), n.id(),
			"%s has no port %q; it has %s%s", n.title(), e.port, b.ports(e.from), didYouMean(e.port, n.ports.Named))
	}
	return false
}

func (g *graph) ports(i int) string {
	names := make([]string, len(g.nodes[i].ports.Named))
	for j, name := range g.nodes[i].ports.Named {
		names[j] = g.nodes[i].title() + "." + name
	}
	return strings.Join(names, ", ")
}
