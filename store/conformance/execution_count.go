package conformance

import (
	"testing"
	"time"

	"redial/engine/flow"
	"redial/store"
)

func listsByTime(t *testing.T, open Open) {
	s := fresh(t, open)
	var ids []string // oldest first
	for i := range 4 {
		r := startedAt(t, s, "f", time.Duration(i)*time.Minute)
		ids = append(ids, r.ID)
	}
	test := newRun(s, "f")
	test.Test = true
	must(t, test.append(test.first(1)))
	at := func(minutes int) time.Time { return dayBegan.Add(time.Duration(minutes) * time.Minute) }
	for name, tc := range map[string]struct {
		q    store.ExecutionQuery
		want []string
	}{
		"from a time on":     {store.ExecutionQuery{Since: at(2), Origin: store.FromCallers}, []string{ids[3], ids[2]}},
		"before a time":      {store.ExecutionQuery{Until: at(2)}, []string{ids[1], ids[0]}},
		"between":            {store.ExecutionQuery{Since: at(1), Until: at(3), Flow: "f"}, []string{ids[2], ids[1]}},
		"between, from tail": {store.ExecutionQuery{Since: at(1), Until: at(3), After: ids[2]}, []string{ids[1]}},
		"tests":              {store.ExecutionQuery{Origin: store.FromTests}, []string{test.ID}},
		"none":               {store.ExecutionQuery{Since: at(1), Until: at(1)}, nil},
	} {
		list, _, err := s.Executions(t.Context(), tc.q)
		must(t, err)
		var got []string
		for _, x := range list {
			got = append(got, x.ID)
		}
		wantEqual(t, name, got, tc.want)
	}
}

func refusesOrigin(t *testing.T, open Open) {
	s := fresh(t, open)
	if _, _, err := s.Executions(t.Context(), store.ExecutionQuery{Origin: "x' OR '1'='1"}); err == nil {
		t.Fatal("an origin that does not exist was taken")
	}
}

func countsBySpan(t *testing.T, open Open) {
	s := fresh(t, open)
	for _, after := range []time.Duration{-time.Millisecond, 0, 9 * time.Minute, 10 * time.Minute, 25 * time.Minute, 30 * time.Minute} {
		ended(t, s, "f", after, time.Second, flow.Succeeded)
	}
	ended(t, s, "f", 25*time.Minute, time.Second, flow.Failed)
	startedAt(t, s, "f", 25*time.Minute)

	counts, complete, err := s.CountExecutions(t.Context(),
		store.ExecutionQuery{Since: dayBegan, Until: dayBegan.Add(30 * time.Minute)}, 10*time.Minute)
	must(t, err)
	wantEqual(t, "complete", complete, true)
	wantEqual(t, "counts", counts, []store.ExecutionCount{
		{Span: 0, Status: flow.Succeeded, Count: 2}, {Span: 1, Status: flow.Succeeded, Count: 1},
		{Span: 2, Status: flow.Failed, Count: 1}, {Span: 2, Status: flow.Running, Count: 1}, {Span: 2, Status: flow.Succeeded, Count: 1},
	})
}

func countsWithinQuery(t *testing.T, open Open) {
	s := fresh(t, open)
	for _, slug := range []string{"a", "b"} {
		for _, status := range []flow.Status{flow.Succeeded, flow.Failed, flow.Canceled} {
			ended(t, s, slug, time.Minute, time.Second, status)
		}
	}
	for name, tc := range map[string]struct {
		q    store.ExecutionQuery
		want []store.ExecutionCount
	}{
		"of a flow":   {store.ExecutionQuery{Flow: "a", Status: flow.Failed}, []store.ExecutionCount{{Status: flow.Failed, Count: 1}}},
		"of a status": {store.ExecutionQuery{Status: flow.Succeeded, Origin: store.FromCallers}, []store.ExecutionCount{{Status: flow.Succeeded, Count: 2}}},
		"of tests":    {store.ExecutionQuery{Origin: store.FromTests}, nil},
	} {
		tc.q.Since = dayBegan
		counts, _, err := s.CountExecutions(t.Context(), tc.q, time.Hour)
		must(t, err)
		wantEqual(t, name, counts, tc.want)
	}
}

func needsSpan(t *testing.T, open Open) {
	s := fresh(t, open)
	if _, _, err := s.CountExecutions(t.Context(), store.ExecutionQuery{}, time.Hour); err == nil {
		t.Error("a count without a beginning was taken")
	}
	if _, _, err := s.CountExecutions(t.Context(), store.ExecutionQuery{Since: dayBegan}, 0); err == nil {
		t.Error("spans without a width were taken")
	}
}
