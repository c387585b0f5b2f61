package callback

import (
	"math/rand/v2"
	"time"
)

// pauses lie between the attempts; the last one is repeated.
var pauses = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour,
}

const (
	// endurance is how long a receiver may fail before a callback is given up,
	// from the first attempt to the last.
	endurance = 24 * time.Hour
	// jitter is the share of a pause that is left to chance, so that callbacks
	// that failed together do not come together again.
	jitter = 0.2
	// longestPause bounds what a receiver may ask for by Retry-After.
	longestPause = 12 * time.Hour
)

// nextAttempt is when to try again after so many attempts, of which the first
// was at first and the last ended now. It is false when it is time to give up.
func nextAttempt(attempts int, first, now time.Time, retryAfter time.Duration) (time.Time, bool) {
	if now.Sub(first) >= endurance {
		return time.Time{}, false
	}
	pause := pauses[min(attempts, len(pauses))-1]
	pause += time.Duration(jitter * (rand.Float64() - 0.5) * float64(pause))
	return now.Add(max(pause, min(retryAfter, longestPause))), true
}
