package hook

import (
	"context"
	"slices"
	"sync"
	"time"

	"redial/store"
	"redial/web/reply"
)

const (
	// timeSample is how many of the newest calls tell how long answers take.
	timeSample = 50
	// longestPause is the longest that callers are asked to wait before they ask
	// again: a flow may be quicker than it was.
	longestPause = time.Minute
	// timeKept is for how long what was found is believed.
	timeKept = 30 * time.Second
	// maxTimes bounds for how many flows it is kept.
	maxTimes = 500
)

// answerTimes remembers for a short while how long the answers of flows took, which
// is when it is worth to ask again.
type answerTimes struct {
	mu    sync.Mutex
	flows map[string]answersOf // by slug
}

type answersOf struct {
	at   time.Time // when it was found
	took time.Duration
}

// known is the time that is remembered; reply.ShortPause where none is. It costs nothing,
// and is for those who have to be turned away quickly.
func (a *answerTimes) known(slug string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, found := a.flows[slug]; found {
		return known.took
	}
	return reply.ShortPause
}

// of is the time that half of the newest calls of a flow stayed within, from
// reply.ShortPause to longestPause.
func (a *answerTimes) of(ctx context.Context, s *store.Store, slug string) time.Duration {
	now := time.Now()
	a.mu.Lock()
	known, found := a.flows[slug]
	a.mu.Unlock()
	if found && now.Sub(known.at) < timeKept {
		return known.took
	}
	took, err := measureAnswers(ctx, s, slug)
	if err != nil {
		return a.known(slug) // it is but a hint
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.flows == nil || len(a.flows) >= maxTimes {
		a.flows = map[string]answersOf{}
	}
	a.flows[slug] = answersOf{now, took}
	return took
}

func measureAnswers(ctx context.Context, s *store.Store, slug string) (time.Duration, error) {
	calls, _, err := s.Executions(ctx, store.ExecutionQuery{Flow: slug, Origin: store.FromCallers, Limit: timeSample})
	if err != nil {
		return 0, err
	}
	var took []time.Duration
	for i := range calls {
		answered := calls[i].AnsweredAt
		if answered.IsZero() {
			answered = calls[i].EndedAt
		}
		if !answered.IsZero() {
			took = append(took, answered.Sub(calls[i].StartedAt))
		}
	}
	if len(took) == 0 {
		return reply.ShortPause, nil
	}
	slices.Sort(took)
	return min(max(took[len(took)/2], reply.ShortPause), longestPause), nil
}
