package command

import (
	"context"
	"time"
)

// Old keys of calls are deleted now and then, some at a time, so that no call
// waits long for it.
const (
	sweepEvery = 10 * time.Minute
	sweepBatch = 500
)

// sweep deletes what is kept for a time only, until the context ends. The store
// is closed after that.
func (s *server) sweep(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	s.closers = append(s.closers, func() {
		cancel()
		<-ended
	})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(sweepEvery)
		defer ticker.Stop()
		for {
			s.sweepKeys(ctx)
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}()
}

func (s *server) sweepKeys(ctx context.Context) {
	for swept := sweepBatch; swept >= sweepBatch; {
		var err error
		if swept, err = s.store.SweepCallKeys(ctx, sweepBatch); err != nil {
			if ctx.Err() == nil {
				s.logger.Warn("old keys of calls could not be deleted; it is tried again later", "error", err)
			}
			return
		}
	}
}
