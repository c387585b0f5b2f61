package web

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"
)

// Bodies that are read and held at the same time. A value that was read from a
// body takes up to twenty times its bytes, so their sum decides how much memory
// callers can make the server use.
const (
	intakeBytes = 64 << 20
	intakeWait  = 5 * time.Second // for room, before a caller is sent away
)

// intake bounds the bodies of callers.
type intake struct{ room *semaphore.Weighted }

func newIntake() *intake { return &intake{semaphore.NewWeighted(intakeBytes)} }

// take makes room for a body. ok is false if there was none in time. release
// gives it back, and is there in any case.
func (i *intake) take(ctx context.Context, bytes int64) (release func(), ok bool) {
	bytes = min(max(bytes, 0), intakeBytes)
	if !i.room.TryAcquire(bytes) {
		ctx, cancel := context.WithTimeout(ctx, intakeWait)
		defer cancel()
		if i.room.Acquire(ctx, bytes) != nil {
			return func() {}, false
		}
	}
	return func() { i.room.Release(bytes) }, true
}
