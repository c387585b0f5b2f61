package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/engine/flow"
)

// Health is how the executions of a flow went over some hours.
type Health struct {
	// Hours are counts of the executions that started in each hour, the oldest
	// first.
	Hours []HealthHour
	// P95 is the 95th percentile of the time from start to end, taken from the
	// newest 1,000 executions as far as they have ended; 0 if none has.
	P95 time.Duration
}

// HealthHour counts the executions that started in an hour by what became of
// them.
type HealthHour struct {
	Succeeded, Failed, Canceled int
	// Open ones have not ended.
	Open int
}

// percentileSample is how many executions a percentile is taken from.
const percentileSample = 1000

const (
	// hourCounts reads the index of flows alone, never the executions: each
	// count is a walk along one stretch of it.
	hourCounts = `SELECT f.value, h.key, (SELECT count(*) FROM executions
  WHERE flow = f.value AND id >= h.value ->> 0 AND id < h.value ->> 1) AS executions
FROM json_each(?) f CROSS JOIN json_each(?) h WHERE executions > 0`

	// unsucceeded reads the index of those that did not succeed, which holds few
	// rows even where there are many executions.
	unsucceeded = `SELECT flow, status, id FROM executions INDEXED BY executions_by_status
WHERE status <> 'succeeded' AND status = ? AND id >= ? AND id < ? AND flow IN (SELECT value FROM json_each(?))`

	// percentile95 is that of the nearest rank.
	percentile95 = `SELECT took FROM (
  SELECT took, row_number() OVER (ORDER BY took) AS rank, count(*) OVER () AS total FROM (
    SELECT ended_at - started_at AS took FROM (
      SELECT ended_at, started_at FROM executions WHERE flow = ? AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?)
    WHERE ended_at IS NOT NULL))
WHERE rank = (total * 95 + 99) / 100`
)

// Health tells how the executions of flows went in the hours that begin at from.
// Every slug has an entry. Executions count for the time in their ID, which is
// that of their start.
func (s *Store) Health(ctx context.Context, slugs []string, from time.Time, hours int) (map[string]*Health, error) {
	health := make(map[string]*Health, len(slugs))
	for _, slug := range slugs {
		health[slug] = &Health{Hours: make([]HealthHour, hours)}
	}
	span, err := newHealthSpan(slugs, from, hours)
	if err == nil {
		err = s.countHours(ctx, span, health)
	}
	if err == nil {
		err = s.countUnsucceeded(ctx, span, health)
	}
	for slug, of := range health {
		if err == nil {
			of.P95, err = s.percentile(ctx, span, slug)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading how flows went: %w", err)
	}
	return health, nil
}

// healthSpan is what the queries of Health are about, in their own terms.
type healthSpan struct {
	from   time.Time
	bounds []string // hour i has the IDs from bounds[i] to below bounds[i+1]
	slugs  string   // JSON
	pairs  string   // JSON: [[bounds[0], bounds[1]], …]
}

func newHealthSpan(slugs []string, from time.Time, hours int) (*healthSpan, error) {
	span := &healthSpan{from: from}
	pairs := make([][2]string, hours)
	for i := range hours + 1 {
		bound, err := firstID(from.Add(time.Duration(i) * time.Hour))
		if err != nil {
			return nil, err
		}
		span.bounds = append(span.bounds, bound)
		if i > 0 {
			pairs[i-1] = [2]string{span.bounds[i-1], bound}
		}
	}
	encodedSlugs, err := json.Marshal(slugs)
	if err != nil {
		return nil, err
	}
	encodedPairs, err := json.Marshal(pairs)
	span.slugs, span.pairs = string(encodedSlugs), string(encodedPairs)
	return span, err
}

func (h *healthSpan) first() string { return h.bounds[0] }
func (h *healthSpan) end() string   { return h.bounds[len(h.bounds)-1] }

// firstID is the least ID that an execution can have that starts at t.
func firstID(t time.Time) (string, error) {
	var id ulid.ULID
	err := id.SetTime(ulid.Timestamp(t))
	return id.String(), err
}

// hour is the place of an execution in the span.
func (h *healthSpan) hour(id string) (int, error) {
	parsed, err := ulid.ParseStrict(id)
	if err != nil {
		return 0, fmt.Errorf("the ID of execution %q has no time in it: %w", id, err)
	}
	return int(ulid.Time(parsed.Time()).Sub(h.from) / time.Hour), nil
}

// countHours counts all executions, as if all had succeeded.
func (s *Store) countHours(ctx context.Context, span *healthSpan, health map[string]*Health) error {
	return s.reader.each(ctx, hourCounts, []any{span.slugs, span.pairs}, func(rows *sql.Rows) (bool, error) {
		var (
			slug        string
			hour, count int
		)
		err := rows.Scan(&slug, &hour, &count)
		if err == nil {
			health[slug].Hours[hour].Succeeded = count
		}
		return true, err
	})
}

// countUnsucceeded takes those that did not succeed out of the counts of those
// that did.
func (s *Store) countUnsucceeded(ctx context.Context, span *healthSpan, health map[string]*Health) error {
	for _, status := range []flow.Status{flow.Failed, flow.Canceled, flow.NeedsAttention, flow.Waiting, flow.Running, flow.Queued} {
		args := []any{string(status), span.first(), span.end(), span.slugs}
		err := s.reader.each(ctx, unsucceeded, args, func(rows *sql.Rows) (bool, error) {
			var slug, stored, id string
			if err := rows.Scan(&slug, &stored, &id); err != nil {
				return false, err
			}
			hour, err := span.hour(id)
			if err == nil {
				health[slug].Hours[hour].move(flow.Status(stored))
			}
			return true, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// move counts an execution under its status instead of among the succeeded.
func (h *HealthHour) move(status flow.Status) {
	switch status {
	case flow.Failed:
		h.Failed++
	case flow.Canceled:
		h.Canceled++
	case flow.NeedsAttention, flow.Waiting, flow.Running, flow.Queued:
		h.Open++
	case flow.Succeeded:
		return
	}
	// One that started between the two queries is not among them yet.
	h.Succeeded = max(0, h.Succeeded-1)
}

func (s *Store) percentile(ctx context.Context, span *healthSpan, slug string) (time.Duration, error) {
	var took int64
	err := s.reader.find(ctx, percentile95, []any{slug, span.first(), span.end(), percentileSample}, &took)
	if errors.Is(err, engine.ErrNotFound) {
		return 0, nil
	}
	return time.Duration(took), err
}
