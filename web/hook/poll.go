package hook

import (
	"context"
	"net/http"
	"time"

	"redial/engine/flow"
	"redial/web/header"
)

// longestPoll bounds how long a caller who asks after an execution is kept
// waiting: proxies cut longer ones off.
const longestPoll = time.Minute

// pollExecution is the execution of the path, as soon as something is true of it,
// or when the time is up that the caller is ready to wait for that. Without
// `Prefer: wait` the caller does not wait at all.
func (s *Server) pollExecution(w http.ResponseWriter, r *http.Request, settled func(*flow.Execution) bool) (*flow.Execution, bool) {
	asked := header.ReadPreferences(r.Header)
	record, ok := s.followedExecution(w, r)
	if !ok || !asked.Waits {
		return record, ok
	}
	wait := min(asked.Wait, longestPoll)
	w.Header().Set("Preference-Applied", header.WaitApplied(wait))
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	// Subscribed first and read then, so that nothing falls in between.
	subscription := s.engine.WatchExecution(record.ID)
	defer subscription.Close()
	for {
		if record, ok = s.Execution(w, r); !ok || settled(record) {
			return record, ok
		}
		select {
		case <-subscription.C:
			subscription.Take()
		case <-ctx.Done():
			return record, r.Context().Err() == nil
		case <-s.closing:
			return record, true
		}
	}
}

// atRest reports whether an execution has ended, or needs a person to go on.
func atRest(x *flow.Execution) bool { return x.Status.Ended() || x.Status == flow.NeedsAttention }

// told reports whether there is something to tell the caller of an execution, or
// will be only when a person has decided.
func told(x *flow.Execution) bool { return !x.AnsweredAt.IsZero() || atRest(x) }
