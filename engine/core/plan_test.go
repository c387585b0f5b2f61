package core_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"

	"redial/engine/core"
	"redial/engine/flow"
)

// kind is what a step of a plan does when it is run.
type kind string

const (
	call    kind = "call"    // asks an outside service
	pure    kind = "pure"    // computes; never under way
	branch  kind = "branch"  // takes one port or none
	respond kind = "respond" // stores the answer
	wait    kind = "wait"
	each    kind = "each"
)

// effect says what repeating a call does.
type effect string

const (
	safe   effect = "safe"
	keyed  effect = "keyed"
	unsafe effect = "unsafe"
)

// step is one step of a plan.
type step struct {
	kind   kind
	effect effect
	reads  string // a step whose output goes into the output of this one
	inner  *plan
	node   core.Node // without its inner graph
}

// plan is a graph before the core has compiled it.
type plan struct {
	steps []*step
	edges []flow.Edge
}

func (p *plan) step(id string) *step {
	for _, s := range p.steps {
		if s.node.ID == id {
			return s
		}
	}
	return nil
}

// into are the edges that lead to a step.
func (p *plan) into(id string) []flow.Edge {
	var edges []flow.Edge
	for _, e := range p.edges {
		if e.To == id {
			edges = append(edges, e)
		}
	}
	return edges
}

// terminal reports whether no edge leaves the step.
func (p *plan) terminal(id string) bool {
	for _, e := range p.edges {
		if e.From == id {
			return false
		}
	}
	return true
}

// all calls visit for every step, the inner ones too.
func (p *plan) all(visit func(*step)) {
	for _, s := range p.steps {
		visit(s)
		if s.inner != nil {
			s.inner.all(visit)
		}
	}
}

func (p *plan) compile(tb testing.TB) *core.Graph {
	tb.Helper()
	nodes := make([]core.Node, len(p.steps))
	for i, s := range p.steps {
		nodes[i] = s.node
		if s.inner != nil {
			nodes[i].Inner = s.inner.compile(tb)
		}
	}
	g, err := core.NewGraph(nodes, p.edges)
	if err != nil {
		tb.Fatalf("the plan is not a graph: %v", err)
	}
	return g
}

// result is what a step comes to, settled before the run begins.
type result struct {
	failed   bool
	port     string
	wellPort string // that it takes where it does not fail
	attempts int    // until it comes to that
	items    int    // of an each step that does not fail by itself
	decision string
}

// world is a plan with everything about it that is settled beforehand.
type world struct {
	seed     uint64
	plan     *plan
	failures int // percentage of steps that fail
}

// result is a function of the seed, the step and its iteration alone.
func (w *world) result(s *step, iteration []int) result {
	hash := fnv.New64a()
	_, _ = fmt.Fprint(hash, s.node.ID, iteration)
	random := rand.New(rand.NewPCG(w.seed, hash.Sum64()))
	r := result{failed: random.IntN(100) < w.failures, attempts: 1, items: random.IntN(6)}
	switch s.kind {
	case branch:
		r.port = [...]string{"yes", "no", "neither"}[random.IntN(3)]
	case call:
		if s.effect != unsafe {
			r.attempts += random.IntN(4) / 2
		}
	case respond, wait:
		r.failed = false
	case pure, each:
	}
	r.wellPort = r.port
	if r.failed {
		r.port = flow.DefaultPort
		if s.node.OnError == flow.OnErrorRoute {
			r.port = flow.ErrorPort
		}
	}
	r.decision = [...]string{"retry", "retry", "skip", "pass", "fail"}[random.IntN(5)]
	return r
}

// well is the result of the same step when it does not fail.
func (r result) well() result {
	r.failed, r.port = false, r.wellPort
	return r
}

// planner makes random plans.
type planner struct {
	random *rand.Rand
	ids    int
	budget int // steps that may still be made
}

// newWorld makes the world of a seed with about that many steps.
func newWorld(seed uint64, size int) *world {
	random := rand.New(rand.NewPCG(seed, 1))
	maker := &planner{random: random, budget: size}
	return &world{
		seed:     seed,
		plan:     maker.plan(size, 0, nil),
		failures: [...]int{0, 0, 3, 10, 30}[random.IntN(5)],
	}
}

// plan makes up to size steps, each with edges from earlier ones, and puts them
// in an order of its own. seen are the steps of outer plans that can be read.
func (m *planner) plan(size, depth int, seen []string) *plan {
	p := &plan{}
	upstream := map[string][]string{}
	for range size {
		if m.budget == 0 {
			break
		}
		m.budget--
		m.ids++
		s := &step{node: core.Node{ID: fmt.Sprintf("s%d", m.ids), OnError: m.errorMode()}}
		id := s.node.ID
		m.join(p, id, upstream)
		visible := slices.Concat(seen, upstream[id])
		if len(visible) > 0 {
			s.reads = visible[m.random.IntN(len(visible))]
		}
		m.equip(s, depth, visible)
		p.steps = append(p.steps, s)
	}
	m.random.Shuffle(len(p.steps), func(i, j int) { p.steps[i], p.steps[j] = p.steps[j], p.steps[i] })
	return p
}

func (m *planner) errorMode() flow.ErrorMode {
	return [...]flow.ErrorMode{
		flow.OnErrorFail, flow.OnErrorFail, "", flow.OnErrorContinue, flow.OnErrorRoute,
	}[m.random.IntN(5)]
}

// join leads edges from earlier steps to a new one.
func (m *planner) join(p *plan, id string, upstream map[string][]string) {
	if len(p.steps) == 0 {
		return
	}
	for range [...]int{0, 1, 1, 1, 2, 2, 3}[m.random.IntN(7)] {
		// Near ones are likelier, so that graphs get deep as well as wide.
		back := m.random.IntN(1 + m.random.IntN(len(p.steps)))
		from := p.steps[len(p.steps)-1-back]
		p.edges = append(p.edges, flow.Edge{From: from.node.ID, Port: m.port(from), To: id})
		above := slices.Concat(upstream[id], upstream[from.node.ID], []string{from.node.ID})
		slices.Sort(above)
		upstream[id] = slices.Compact(above)
	}
}

func (m *planner) port(from *step) string {
	switch {
	case from.kind == branch:
		return [...]string{"yes", "yes", "no"}[m.random.IntN(3)]
	case from.node.OnError == flow.OnErrorRoute && m.random.IntN(3) == 0:
		return flow.ErrorPort
	default:
		return flow.DefaultPort
	}
}

func (m *planner) equip(s *step, depth int, visible []string) {
	s.effect = [...]effect{safe, keyed, unsafe}[m.random.IntN(3)]
	s.kind = [...]kind{
		call, call, call, call, pure, pure, branch, branch, respond, wait, each, each,
	}[m.random.IntN(12)]
	if s.kind == each && depth == 3 {
		s.kind = call
	}
	disabled := m.random.IntN(10) == 0
	switch s.kind {
	case branch, respond:
		if disabled {
			s.node.Pass = core.PassSkipped
		}
		return
	case wait:
		s.node.Waits = true
	case each:
		s.inner = m.plan(1+m.random.IntN(5), depth+1, visible)
		s.node.Concurrency = 1 + m.random.IntN(3)
		s.node.ContinueRounds = m.random.IntN(2) == 0
	case call, pure:
	}
	if disabled {
		s.node.Pass = core.PassNull
	}
}
