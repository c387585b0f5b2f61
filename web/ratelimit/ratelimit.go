// Package ratelimit bounds how often somebody may do something, whoever that is and
// whatever they do: token buckets by name, in bounded memory.
package ratelimit

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

// maxBuckets bounds one generation of buckets.
const maxBuckets = 1 << 16

// Buckets are token buckets by name, in bounded memory: once there are maxBuckets of
// them, those are forgotten that were not used since there were as many before. A
// forgotten one is full again, so whoever wants to profit has to come under as many
// names. The zero value is ready for use.
type Buckets struct {
	mu        sync.Mutex
	now, last map[string]*rate.Limiter
}

// Take takes a call from the bucket of a name, whose rate is the same each time. If
// that is empty it takes nothing and gives the time after which there is something.
func (b *Buckets) Take(name string, limit Rate, now time.Time) time.Duration {
	if limit.unlimited() {
		return 0
	}
	reservation := b.get(name, limit).ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// Wait is the time that Take would give, and takes nothing.
func (b *Buckets) Wait(name string, limit Rate, now time.Time) time.Duration {
	if limit.unlimited() {
		return 0
	}
	missing := 1 - b.get(name, limit).TokensAt(now)
	return max(time.Duration(missing*float64(limit.Per)/float64(limit.Calls)), 0)
}

func (b *Buckets) get(name string, limit Rate) *rate.Limiter {
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
