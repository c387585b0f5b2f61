package expression

import "sync/atomic"

// Budget is what the expressions of one step may use together: the work and the
// memory that a single one may use. Without it, a step of a thousand fields could
// use a thousand times that. The evaluations that share it come one after the
// other.
type Budget struct{ steps, memory atomic.Int64 }
