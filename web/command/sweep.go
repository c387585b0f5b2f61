package command

import (
	"context"
	"time"
)

// Old keys of calls, and large values that no execution names any more, are deleted
// now and then, some at a time, so that no call waits long for it.
const (
	sweepEvery = 10 * time.Minute
	sweepBatch = 500
	sweepBlobs = 20
)

// sweep deletes what is kept for a time only, until the context ends. The store
// is closed after that.
func (s *server) sweep(ctx context.Context) {
	s.beside(ctx, func(ctx context.Context) {
		ticker := time.NewTicker(sweepEvery)
		defer ticker.Stop()
		for {
			s.sweepAll(ctx, "old keys of calls", s.store.SweepCallKeys, sweepBatch)
			s.sweepAll(ctx, "values that no execution names", s.store.SweepBlobs, sweepBlobs)
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// beside runs something beside the server. It ends with the context, and before the
// store is closed.
func (s *server) beside(ctx context.Context, run func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	s.closers = append(s.closers, func() {
		cancel()
		<-ended
	})
	go func() {
		defer close(ended)
		run(ctx)
	}()
}

// sweepAll deletes all there is of one kind, batch by batch.
func (s *server) sweepAll(ctx context.Context, what string, sweep func(context.Context, int) (int, error), batch int) {
	for swept := batch; swept >= batch; {
		var err error
		if swept, err = sweep(ctx, batch); err != nil {
			if ctx.Err() == nil {
				s.logger.Warn("what is kept for a time only could not be deleted; it is tried again later", "what", what, "error", err)
			}
			return
		}
	}
}
