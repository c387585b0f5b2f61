package conformance

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine/flow"
	"redial/store"
)

var statisticsTests = map[string]func(*testing.T, Open){
	"counts by hour and status":             countsByHour,
	"counts within the span and flow alone": countsWithin,
	"takes the percentile of the ended":     takesPercentile,
	"takes the percentile of the newest":    samplesPercentile,
	"has an entry for every flow":           healthOfNone,
}

// dayBegan is where the spans of these tests begin.
var dayBegan = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// startedAt is an execution that started at a time after dayBegan.
func startedAt(t *testing.T, s Store, slug string, after time.Duration) *run {
	t.Helper()
	r := newRun(s, slug)
	r.StartedAt = dayBegan.Add(after)
	r.ID = ulid.MustNew(ulid.Timestamp(r.StartedAt), rand.Reader).String()
	must(t, r.append(r.first(1)))
	return r
}

// ended is startedAt of an execution that took some time.
func ended(t *testing.T, s Store, slug string, after, took time.Duration, status flow.Status) {
	t.Helper()
	r := startedAt(t, s, slug, after)
	r.Status, r.EndedAt = status, r.StartedAt.Add(took)
	b := r.batch(1)
	b.Changed = true
	must(t, r.append(b))
}

func countsByHour(t *testing.T, open Open) {
	s := fresh(t, open)
	for _, status := range []flow.Status{
		flow.Succeeded, flow.Succeeded, flow.Failed, flow.Canceled,
		flow.Queued, flow.Running, flow.Waiting, flow.NeedsAttention,
	} {
		r := startedAt(t, s, "f", 90*time.Minute)
		must(t, r.append(r.status(status)))
	}
	ended(t, s, "f", 2*time.Hour, time.Second, flow.Failed)

	health := value(s.Health(t.Context(), []string{"f"}, dayBegan, 3))(t)["f"]
	wantEqual(t, "hours", health.Hours, []store.HealthHour{
		{}, {Succeeded: 2, Failed: 1, Canceled: 1, Open: 4}, {Failed: 1},
	})
}

func countsWithin(t *testing.T, open Open) {
	s := fresh(t, open)
	for _, after := range []time.Duration{-time.Millisecond, 0, 2*time.Hour - time.Millisecond, 2 * time.Hour} {
		for _, status := range []flow.Status{flow.Succeeded, flow.Failed} {
			ended(t, s, "a", after, time.Second, status)
			ended(t, s, "b", after, time.Second, status)
		}
	}
	ended(t, s, "a", time.Minute, time.Second, flow.Succeeded)

	health := value(s.Health(t.Context(), []string{"a"}, dayBegan, 2))(t)
	wantEqual(t, "entries", len(health), 1)
	wantEqual(t, "hours", health["a"].Hours, []store.HealthHour{{Succeeded: 2, Failed: 1}, {Succeeded: 1, Failed: 1}})
}

func takesPercentile(t *testing.T, open Open) {
	tests := []struct {
		name  string
		count int // executions that took 1 s, 2 s, …
		want  time.Duration
	}{
		{"none", 0, 0},
		{"one", 1, time.Second},
		{"ten", 10, 10 * time.Second},
		{"twenty", 20, 19 * time.Second},
		{"hundred", 100, 95 * time.Second},
	}
	s := fresh(t, open)
	for _, test := range tests {
		for i := range test.count {
			took := time.Duration(i+1) * time.Second
			status := flow.Succeeded
			if i%3 == 0 {
				status = flow.Failed
			}
			ended(t, s, test.name, time.Duration(i)*time.Second, took, status)
		}
		startedAt(t, s, test.name, time.Minute)
		health := value(s.Health(t.Context(), []string{test.name}, dayBegan, 24))(t)
		wantEqual(t, test.name, health[test.name].P95, test.want)
	}
}

func samplesPercentile(t *testing.T, open Open) {
	const sample = 1000
	s := fresh(t, open)
	done := make(chan error, 2*sample)
	for i := range 2 * sample {
		r := newRun(s, "f")
		r.StartedAt = dayBegan.Add(time.Duration(i) * time.Second)
		r.ID = ulid.MustNew(ulid.Timestamp(r.StartedAt), rand.Reader).String()
		r.Status, r.EndedAt = flow.Succeeded, r.StartedAt.Add(time.Hour)
		if i >= sample {
			r.EndedAt = r.StartedAt.Add(time.Second)
		}
		s.Append(r.first(1), func(err error) { done <- err })
	}
	for range 2 * sample {
		must(t, <-done)
	}
	health := value(s.Health(t.Context(), []string{"f"}, dayBegan, 1))(t)["f"]
	wantEqual(t, "percentile", health.P95, time.Second)
	wantEqual(t, "hours", health.Hours, []store.HealthHour{{Succeeded: 2 * sample}})
}

func healthOfNone(t *testing.T, open Open) {
	s := fresh(t, open)
	health := value(s.Health(t.Context(), []string{"a", "b"}, dayBegan, 2))(t)
	for _, slug := range []string{"a", "b"} {
		wantEqual(t, slug, *health[slug], store.Health{Hours: make([]store.HealthHour, 2)})
	}
	wantEqual(t, "of no flow", len(value(s.Health(t.Context(), nil, dayBegan, 2))(t)), 0)
}
