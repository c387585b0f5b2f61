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
	// failures are of sign-ins that fail, by address.
	failures buckets
}

func newRates(b *Bounds) *rates { return &rates{bounds: b} }

// takeCaller takes a call from the bucket of its caller. If that is empty it gives the
// time after which there is something.
func (r *rates) takeCaller(caller string, now time.Time) time.Duration {
	if limit := r.bounds.PerCaller; !limit.unlimited() {
		return r.callers.take(caller, limit, now)
	}
	return 0
}

// takeFlow is takeCaller for the bucket of a flow. Only who may call the flow takes
// from it: a stranger could empty it for all.
func (r *rates) takeFlow(slug string, now time.Time) time.Duration {
	if limit := r.ofFlow(slug); !limit.unlimited() {
		return r.flows.take(slug, limit, now)
	}
	return 0
}

// waitFlow is the time that takeFlow would give, and takes nothing.
func (r *rates) waitFlow(slug string, now time.Time) time.Duration {
	limit := r.ofFlow(slug)
	if limit.unlimited() {
		return 0
	}
	missing := 1 - r.flows.get(slug, limit).TokensAt(now)
	return max(time.Duration(missing*float64(limit.Per)/float64(limit.Calls)), 0)
}

func (r *rates) ofFlow(slug string) Rate {
	if limit, given := r.bounds.Flows[slug]; given {
		return limit
	}
	return r.bounds.PerFlow
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
