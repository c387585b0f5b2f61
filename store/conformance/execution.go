package conformance

import (
	"testing"
	"time"

	"redial/engine/flow"
	"redial/store"
)

var executionTests = map[string]func(*testing.T, Open){
	"lists newest first, in pages":    listsPages,
	"lists by flow and status":        listsBy,
	"finds what is unfinished":        findsUnfinished,
	"refuses a status that is none":   refusesStatus,
	"bounds the length of a page":     boundsPages,
	"stays readable without the flow": outlivesFlow,
	"lists by time and origin":        listsByTime,
	"refuses an origin that is none":  refusesOrigin,
	"counts by spans of time":         countsBySpan,
	"counts within a query alone":     countsWithinQuery,
	"needs a span to count":           needsSpan,
}

func listsPages(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	const count = 7
	var want []string
	for range count {
		want = append([]string{started(t, s, "f").ID}, want...)
	}
	var got []string
	q := store.ExecutionQuery{Limit: 3}
	for range count {
		page, next, err := s.Executions(ctx, q)
		must(t, err)
		if len(page) > 3 {
			t.Fatalf("the page has %d executions", len(page))
		}
		for _, x := range page {
			got = append(got, x.ID)
		}
		if next == "" {
			break
		}
		q.After = next
	}
	wantEqual(t, "IDs", got, want)

	_, next, err := s.Executions(ctx, store.ExecutionQuery{Limit: count})
	must(t, err)
	wantEqual(t, "cursor behind the last page", next, "")
}

func listsBy(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	statuses := []flow.Status{
		flow.Queued, flow.Running, flow.Waiting, flow.Succeeded, flow.Failed, flow.Canceled, flow.NeedsAttention,
	}
	var all []flow.Execution // newest first
	for range 2 {
		for _, slug := range []string{"a", "b"} {
			for _, status := range statuses {
				r := started(t, s, slug)
				must(t, r.append(r.status(status)))
				all = append([]flow.Execution{r.Execution}, all...)
			}
		}
	}
	for _, slug := range []string{"", "a", "b", "none"} {
		for _, status := range append(statuses, "") {
			for _, after := range []string{"", all[9].ID} {
				q := store.ExecutionQuery{Flow: slug, Status: status, After: after}
				var want []flow.Execution
				for _, x := range all {
					if (slug == "" || x.Flow == slug) && (status == "" || x.Status == status) && (after == "" || x.ID < after) {
						want = append(want, x)
					}
				}
				got, next, err := s.Executions(ctx, q)
				must(t, err)
				wantEqual(t, "executions", got, want)
				wantEqual(t, "cursor", next, "")
			}
		}
	}
}

func findsUnfinished(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	var want []string
	for _, status := range []flow.Status{
		flow.NeedsAttention, flow.Succeeded, flow.Waiting, flow.Failed, flow.Running, flow.Canceled, flow.Queued,
	} {
		r := started(t, s, "f")
		must(t, r.append(r.status(status)))
		if !status.Ended() {
			want = append(want, r.ID)
		}
	}
	wantEqual(t, "unfinished executions", value(s.Unfinished(ctx))(t), want)
}

func refusesStatus(t *testing.T, open Open) {
	s := fresh(t, open)
	_, _, err := s.Executions(t.Context(), store.ExecutionQuery{Status: "done' OR '1'='1"})
	if err == nil {
		t.Fatal("a status that does not exist was taken")
	}
}

func boundsPages(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	done := make(chan error, store.MaxPage+1)
	for range store.MaxPage + 1 {
		s.Append(newRun(s, "f").first(1), func(err error) { done <- err })
	}
	for range store.MaxPage + 1 {
		must(t, <-done)
	}
	for limit, want := range map[int]int{0: store.DefaultPage, -1: store.DefaultPage, 1: 1, 1 << 40: store.MaxPage} {
		page, next, err := s.Executions(ctx, store.ExecutionQuery{Limit: limit})
		must(t, err)
		if len(page) != want || next == "" {
			t.Errorf("limit %d: got %d executions and cursor %q, want %d and a cursor", limit, len(page), next, want)
		}
	}
}

func outlivesFlow(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	published := publish(t, s, "f", "content")
	r := newRun(s, "f")
	r.VersionID, r.StartedAt = published.ID, time.Now().UTC().Truncate(time.Microsecond)
	must(t, r.append(r.first(1)))
	must(t, s.DeleteFlow(ctx, "f"))

	list, _, err := s.Executions(ctx, store.ExecutionQuery{Flow: "f"})
	must(t, err)
	wantEqual(t, "executions", list, []flow.Execution{r.Execution})
	wantBytes(t, "content", value(s.Version(ctx, r.VersionID))(t).Content, []byte("content"))
}
