package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many calls there may be in a time; the zero value: any number. As
// many may come at once.
type Rate struct {
	Calls int
	Per   time.Duration
}

func (r Rate) limiter() *rate.Limiter {
	return rate.NewLimiter(rate.Limit(float64(r.Calls)/r.Per.Seconds()), r.Calls)
}

func (r Rate) unlimited() bool { return r.Calls <= 0 || r.Per <= 0 }

// rates are the token buckets of callers and flows.
type rates struct {
	bounds  *Bounds
	callers buckets
	flows   buckets
}

func newRates(b *Bounds) *rates { return &rates{bounds: b} }

// take takes a call from the buckets of its caller and its flow. If one is empty it
// takes nothing of that one, and gives the time after which there is something.
func (r *rates) take(slug, caller string, now time.Time) time.Duration {
	if limit := r.bounds.PerCaller; !limit.unlimited() {
		if wait := r.callers.take(caller, limit, now); wait > 0 {
			return wait
		}
	}
	limit, given := r.bounds.Flows[slug]
	if !given {
		limit = r.bounds.PerFlow
	}
	if limit.unlimited() {
		return 0
	}
	return r.flows.take(slug, limit, now)
}

// maxBuckets bounds one generation of buckets.
const maxBuckets = 1 << 16

// buckets are token buckets by name, in bounded memory: once there are maxBuckets of
// them, those are forgotten that were not used since there were as many before. A
// forgotten one is full again, so whoever wants to profit has to come from as many
// addresses.
type buckets struct {
	mu        sync.Mutex
	now, last map[string]*rate.Limiter
}

func (b *buckets) take(name string, limit Rate, now time.Time) time.Duration {
	reservation := b.get(name, limit).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

func (b *buckets) get(name string, limit Rate) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if found := b.now[name]; found != nil {
		return found
	}
	found := b.last[name]
	if found == nil {
		found = limit.limiter()
	}
	if b.now == nil || len(b.now) >= maxBuckets {
		b.last, b.now = b.now, map[string]*rate.Limiter{}
	}
	b.now[name] = found
	return found
}
