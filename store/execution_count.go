package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"redial/engine/flow"
)

// MaxCounted bounds how many executions CountExecutions looks at, so that a busy
// server pays no more for it than a quiet one.
const MaxCounted = 50_000

// ExecutionCount is how many executions with a status started within one span of
// time.
type ExecutionCount struct {
	Span   int // counts from 0
	Status flow.Status
	Count  int
}

// CountExecutions counts the executions of a query by spans of equal width from
// q.Since on. q.After and q.Limit mean nothing here. Where there are more than
// MaxCounted, the newest are counted and complete is false.
func (s *Store) CountExecutions(ctx context.Context, q ExecutionQuery, width time.Duration) (counts []ExecutionCount, complete bool, err error) {
	if q.Since.IsZero() || width <= 0 {
		return nil, false, fmt.Errorf("counting executions: there has to be a beginning and a width")
	}
	q.After = ""
	conditions, args, err := q.conditions()
	if err != nil {
		return nil, false, err
	}
	text := `SELECT max(0, (started_at - ?1) / ?2), status, count(*) FROM
(SELECT started_at, status FROM executions WHERE ` + numbered(conditions, 4) + ` ORDER BY id DESC LIMIT ?3)
GROUP BY 1, 2 ORDER BY 1, 2`
	args = append([]any{q.Since.UnixNano(), int64(width), MaxCounted}, args...)
	total := 0
	counts, err = all(ctx, s.reader, text, args, func(rows *sql.Rows) (c ExecutionCount, err error) {
		err = rows.Scan(&c.Span, &c.Status, &c.Count)
		total += c.Count
		return c, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("counting executions: %w", err)
	}
	return counts, total < MaxCounted, nil
}

// numbered joins conditions and numbers their parameters from first on.
func numbered(conditions []string, first int) string {
	var text strings.Builder
	for part := range strings.SplitSeq(strings.Join(conditions, " AND "), "?") {
		if text.Len() > 0 {
			fmt.Fprintf(&text, "?%d", first)
			first++
		}
		text.WriteString(part)
	}
	return text.String()
}
