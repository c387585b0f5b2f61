package hook

import (
	"time"

	"redial/web/ratelimit"
)

// rates are how fast callers may call, each of them and each flow.
type rates struct {
	bounds  *Bounds
	callers ratelimit.Buckets
	flows   ratelimit.Buckets
}

func newRates(b *Bounds) *rates { return &rates{bounds: b} }

// takeCaller takes a call from the bucket of its caller. If that is empty it gives the
// time after which there is something.
func (r *rates) takeCaller(caller string, now time.Time) time.Duration {
	return r.callers.Take(caller, r.bounds.PerCaller, now)
}

// takeFlow is takeCaller for the bucket of a flow. Only who may call the flow takes
// from it: a stranger could empty it for all.
func (r *rates) takeFlow(slug string, now time.Time) time.Duration {
	return r.flows.Take(slug, r.ofFlow(slug), now)
}

// waitFlow is the time that takeFlow would give, and takes nothing.
func (r *rates) waitFlow(slug string, now time.Time) time.Duration {
	return r.flows.Wait(slug, r.ofFlow(slug), now)
}

func (r *rates) ofFlow(slug string) ratelimit.Rate {
	if limit, given := r.bounds.Flows[slug]; given {
		return limit
	}
	return r.bounds.PerFlow
}
