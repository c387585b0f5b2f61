package expression

import (
	"sync"
	"time"
)

// node is one part of a compiled expression: what it does, what it gives and
// where it stands. Nodes are never changed after compiling.
type node struct {
	eval func(r *run) (any, error)
	typ  *Type
	// start and end are a range of bytes in the source.
	start, end int
	// show is what an explanation makes of the node.
	show showKind
	// kids are the operands, in order of the source.
	kids []*node
	// key is the name of a constant member, or the name at the root of a path.
	key string
	// path is set for what reads a constant path: steps, ID, field …
	path []string
	// constant holds the value of a literal.
	constant any
	literal  bool
	// inPredicate is true inside a predicate, where a node has many values.
	inPredicate bool
}

type showKind uint8

const (
	showNothing showKind = iota
	showPath
	showComparison
	showLogic
	showCall
)

// value evaluates the node.
func (n *node) value(r *run) (any, error) {
	v, err := n.eval(r)
	if err != nil {
		return nil, at(n, err)
	}
	if r.trace != nil && !n.inPredicate {
		r.trace[n] = v
	}
	return v, nil
}

// run is one evaluation: its values, its place in predicates, its budget.
type run struct {
	values *Values
	// args is the stack of arguments of the calls under way.
	args []any
	// vars are the values named by let.
	vars []any
	// item is the element that the innermost predicate looks at.
	item frame

	steps, memory int64
	started       time.Time

	// money is true once an amount was made, built once a list or an object
	// was: only then must a result be looked through.
	money, built bool
	// trace collects the values of nodes for an explanation.
	trace map[*node]any
}

// frame is what #, #index and #acc stand for.
type frame struct {
	item, acc any
	index     int
}

var runs = sync.Pool{New: func() any { return new(run) }}

// startRun takes a clean run from the pool.
func startRun(v *Values, vars int) *run {
	if v == nil {
		v = new(Values)
	}
	r := runs.Get().(*run)
	args, names := r.args[:0], r.vars
	if cap(names) < vars {
		names = make([]any, vars)
	}
	*r = run{values: v, args: args, vars: names[:vars]}
	if v.Budget != nil {
		r.steps, r.memory = v.Budget.steps.Load(), v.Budget.memory.Load()
	}
	return r
}

// maxPooled bounds what a run keeps when it goes back into the pool.
const maxPooled = 1024

// end gives the run back. Values of the evaluation must not stay reachable.
func (r *run) end() {
	if cap(r.args) > maxPooled {
		r.args = nil
	}
	if budget := r.values.Budget; budget != nil {
		budget.steps.Store(r.steps)
		budget.memory.Store(r.memory)
	}
	clear(r.args[:cap(r.args)])
	clear(r.vars[:cap(r.vars)])
	r.values, r.trace, r.item = nil, nil, frame{}
	runs.Put(r)
}

// result makes a value fit to leave: amounts become plain numbers, and a list
// or object that the expression built is measured, as references can make a
// small thing stand for a huge one.
func (r *run) result(v any) (any, error) {
	switch v := v.(type) {
	case amount:
		return v.plainNumber()
	case []any, map[string]any:
		if r.built || r.money {
			return r.leave(v, 0)
		}
	}
	return v, nil
}

// leave copies only what it must change.
func (r *run) leave(v any, depth int) (any, error) {
	if depth > maxValueDepth {
		return nil, errorf(CodeLimit, "the result nests deeper than %d levels", maxValueDepth)
	}
	switch v := v.(type) {
	case amount:
		return v.plainNumber()
	case string:
		return v, r.grow(len(v))
	case []any:
		return r.leaveList(v, depth)
	case map[string]any:
		return r.leaveObject(v, depth)
	default:
		return v, nil
	}
}

func (r *run) leaveList(list []any, depth int) (any, error) {
	if err := r.grow(len(list) * sizeElement); err != nil {
		return nil, err
	}
	out := list
	for i, item := range list {
		left, err := r.leave(item, depth+1)
		if err != nil {
			return nil, err
		}
		if !r.money || !holdsMoney(item) {
			continue
		}
		if &out[0] == &list[0] {
			out = append([]any(nil), list...)
		}
		out[i] = left
	}
	return out, nil
}

func (r *run) leaveObject(object map[string]any, depth int) (any, error) {
	if err := r.grow(len(object) * sizeEntry); err != nil {
		return nil, err
	}
	var out map[string]any
	for key, item := range object {
		left, err := r.leave(item, depth+1)
		if err != nil {
			return nil, err
		}
		if !r.money || !holdsMoney(item) {
			continue
		}
		if out == nil {
			out = make(map[string]any, len(object))
			for k, v := range object {
				out[k] = v
			}
		}
		out[key] = left
	}
	if out == nil {
		return object, nil
	}
	return out, nil
}

// holdsMoney says whether leaving may have changed a value. Lists and objects
// count as changed, which costs a copy, but only where money is at play.
func holdsMoney(v any) bool {
	switch v.(type) {
	case amount, []any, map[string]any:
		return true
	default:
		return false
	}
}
