package hook

import (
	"context"
	"sync"

	"redial/engine"
)

// openCalls are the calls with a key whose execution is being started. Calls with
// the same key wait until that is stored.
type openCalls struct {
	mu   sync.Mutex
	open map[engine.Claim]*openCall // without fingerprints
}

// openCall is one of them.
type openCall struct {
	over chan struct{}
	// taken names the execution of the key once over is closed; nil: there is
	// none.
	taken *engine.KeyTakenError
}

func newOpenCalls() *openCalls { return &openCalls{open: map[engine.Claim]*openCall{}} }

// enter waits for the call that is being started under the key. If there is none,
// or it came to nothing, the caller's own is the one: leave is not nil then, and
// has to be called with the execution that the key has, or nil.
func (o *openCalls) enter(ctx context.Context, claim engine.Claim) (taken *engine.KeyTakenError, leave func(*engine.KeyTakenError), err error) {
	claim.Fingerprint = [32]byte{}
	for {
		o.mu.Lock()
		other := o.open[claim]
		if other == nil {
			own := &openCall{over: make(chan struct{})}
			o.open[claim] = own
			o.mu.Unlock()
			return nil, func(taken *engine.KeyTakenError) {
				own.taken = taken
				o.mu.Lock()
				delete(o.open, claim)
				o.mu.Unlock()
				close(own.over)
			}, nil
		}
		o.mu.Unlock()
		select {
		case <-other.over:
			if other.taken != nil {
				return other.taken, nil, nil
			}
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}
