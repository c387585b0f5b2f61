package core

// queue holds the steps that are due, in the order in which they became so. A
// step knows its place, so that taking one out costs the same in a long queue.
type queue struct {
	refs []Ref
	head int // no step stands before it
	gaps int // places from head on whose step was taken out
}

// fewGaps are not worth closing.
const fewGaps = 32

func (q *queue) len() int { return len(q.refs) - q.head - q.gaps }

func (q *queue) add(ref Ref) {
	ref.state().place = len(q.refs)
	q.refs = append(q.refs, ref)
}

func (q *queue) drop(ref Ref) {
	q.refs[ref.state().place] = Ref{}
	q.gaps++
	for q.head < len(q.refs) && q.refs[q.head].Scope == nil {
		q.head++
		q.gaps--
	}
	if unused := q.head + q.gaps; unused > fewGaps && unused > len(q.refs)/2 {
		q.close()
	}
}

// close moves the steps together.
func (q *queue) close() {
	kept := q.refs[:0]
	for _, ref := range q.refs[q.head:] {
		if ref.Scope != nil {
			ref.state().place = len(kept)
			kept = append(kept, ref)
		}
	}
	clear(q.refs[len(kept):])
	q.refs, q.head, q.gaps = kept, 0, 0
}

// live calls visit for the due steps that are not held back by a failure around
// them, until it returns false.
func (q *queue) live(visit func(Ref) bool) {
	for _, ref := range q.refs[q.head:] {
		if ref.Scope != nil && !ref.Scope.stopped() && !visit(ref) {
			return
		}
	}
}
