package simulated

// bounded keeps the newest values and drops the oldest beyond its limit. It
// is not safe for concurrent use: its owner holds the lock.
type bounded[T any] struct {
	limit int
	items []T
}

func newBounded[T any](limit int) bounded[T] { return bounded[T]{limit: limit} }

// add appends item and returns the oldest value if it had to go.
func (b *bounded[T]) add(item T) (dropped T, full bool) {
	if len(b.items) < b.limit {
		b.items = append(b.items, item)
		return dropped, false
	}
	dropped = b.items[0]
	copy(b.items, b.items[1:])
	b.items[len(b.items)-1] = item
	return dropped, true
}
