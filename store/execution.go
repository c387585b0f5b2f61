package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"redial/engine/flow"
)

// executionColumns are what scanExecution reads. The number of the newest event
// is read from the journal, so that a batch that changes nothing else need not
// touch the summary.
const executionColumns = `SELECT id, flow, version_id, version, test, parent, settings, started_at, mode, status,
  ended_at, answered_at, answer_status, failure, hung_up_at,
  (SELECT last_seq FROM batches WHERE execution_id = executions.id ORDER BY first_seq DESC LIMIT 1)
FROM executions`

// Execution implements engine.Journal.
func (s *Store) Execution(ctx context.Context, id string) (*flow.Execution, error) {
	var row executionRecord
	if err := s.reader.find(ctx, executionColumns+` WHERE id = ?`, []any{id}, row.places()...); err != nil {
		return nil, fmt.Errorf("reading execution %s: %w", id, err)
	}
	execution, err := row.execution()
	return &execution, err
}

// executionRecord is a row of executionColumns.
type executionRecord struct {
	flow.Execution
	parent                         sql.Null[string]
	settings, failure              []byte
	startedAt, endedAt, answeredAt sql.Null[int64]
	hungUpAt                       sql.Null[int64]
	answerStatus, lastSeq          sql.Null[int64]
}

func (r *executionRecord) places() []any {
	return []any{
		&r.ID, &r.Flow, &r.VersionID, &r.Version, &r.Test, &r.parent, &r.settings, &r.startedAt, &r.Mode, &r.Status,
		&r.endedAt, &r.answeredAt, &r.answerStatus, &r.failure, &r.hungUpAt, &r.lastSeq,
	}
}

func (r *executionRecord) execution() (flow.Execution, error) {
	x := r.Execution
	x.Parent = r.parent.V
	x.StartedAt, x.EndedAt, x.AnsweredAt = fromMoment(r.startedAt), fromMoment(r.endedAt), fromMoment(r.answeredAt)
	x.HungUpAt = fromMoment(r.hungUpAt)
	x.AnswerStatus, x.LastSeq = int(r.answerStatus.V), r.lastSeq.V
	var err error
	if x.Settings, err = decodeSettings(r.settings); err != nil {
		return x, fmt.Errorf("execution %s: %w", x.ID, err)
	}
	if x.Failure, err = decodeFailure(r.failure); err != nil {
		return x, fmt.Errorf("execution %s: %w", x.ID, err)
	}
	return x, nil
}

// Bounds of a page of a list.
const (
	DefaultPage = 50
	MaxPage     = 500
)

// pageSize is the limit that holds where a caller asks for limit.
func pageSize(limit int) int {
	if limit <= 0 {
		return DefaultPage
	}
	return min(limit, MaxPage)
}

// Origin tells executions that callers started from those of tests.
type Origin string

// The origins. The zero value is any.
const (
	AnyOrigin   Origin = ""
	FromCallers Origin = "callers"
	FromTests   Origin = "tests"
)

// ExecutionQuery selects executions; zero fields select all.
type ExecutionQuery struct {
	Flow   string // slug
	Status flow.Status
	Origin Origin
	// Since and Until bound when executions started, to the millisecond: from
	// Since on, and before Until.
	Since, Until time.Time
	// After is the cursor of the next page: the ID of the last execution that
	// the caller has seen. The list goes on with older ones.
	After string
	Limit int // DefaultPage if 0, at most MaxPage
}

// Executions lists executions, newest first. next is the cursor of the page
// that follows, or empty.
func (s *Store) Executions(ctx context.Context, q ExecutionQuery) (executions []flow.Execution, next string, err error) {
	text, args, err := q.statement()
	if err != nil {
		return nil, "", err
	}
	executions, err = all(ctx, s.reader, text, args, func(rows *sql.Rows) (flow.Execution, error) {
		var row executionRecord
		if err := rows.Scan(row.places()...); err != nil {
			return row.Execution, err
		}
		return row.execution()
	})
	if err != nil {
		return nil, "", fmt.Errorf("listing executions: %w", err)
	}
	if limit := pageSize(q.Limit); len(executions) > limit {
		executions = executions[:limit]
		next = executions[limit-1].ID
	}
	return executions, next, nil
}

// statement builds the query. The status stands in the text, because SQLite
// uses the index of unsucceeded executions only where it can see that it holds
// the rows.
func (q ExecutionQuery) statement() (text string, args []any, err error) {
	conditions, args, err := q.conditions()
	if err != nil {
		return "", nil, err
	}
	text = executionColumns
	if len(conditions) > 0 {
		text += " WHERE " + strings.Join(conditions, " AND ")
	}
	return text + " ORDER BY id DESC LIMIT ?", append(args, pageSize(q.Limit)+1), nil
}

func (q ExecutionQuery) conditions() (conditions []string, args []any, err error) {
	if q.Flow != "" {
		conditions, args = append(conditions, "flow = ?"), append(args, q.Flow)
	}
	switch q.Status {
	case "":
	case flow.Succeeded:
		conditions = append(conditions, "status = 'succeeded'")
	case flow.Queued, flow.Running, flow.Waiting, flow.Failed, flow.Canceled, flow.NeedsAttention:
		conditions = append(conditions, "status = '"+string(q.Status)+"'", "status <> 'succeeded'")
	default:
		return nil, nil, fmt.Errorf("%q is not a status of executions", q.Status)
	}
	switch q.Origin {
	case AnyOrigin:
	case FromCallers:
		conditions = append(conditions, "test = 0")
	case FromTests:
		conditions = append(conditions, "test = 1")
	default:
		return nil, nil, fmt.Errorf("%q is not an origin of executions", q.Origin)
	}
	if q.After != "" {
		conditions, args = append(conditions, "id < ?"), append(args, q.After)
	}
	for _, bound := range []struct {
		condition string
		at        time.Time
	}{{"id >= ?", q.Since}, {"id < ?", q.Until}} {
		if bound.at.IsZero() {
			continue
		}
		id, err := firstID(bound.at)
		if err != nil {
			return nil, nil, fmt.Errorf("executions have no time like %s: %w", bound.at, err)
		}
		conditions, args = append(conditions, bound.condition), append(args, id)
	}
	return conditions, args, nil
}

// Unfinished implements engine.Journal.
func (s *Store) Unfinished(ctx context.Context) ([]string, error) {
	const query = `SELECT id FROM executions WHERE status <> 'succeeded'
AND status IN ('queued', 'running', 'waiting', 'needs_attention') ORDER BY id`
	ids, err := all(ctx, s.reader, query, nil, func(rows *sql.Rows) (id string, err error) {
		err = rows.Scan(&id)
		return id, err
	})
	if err != nil {
		return nil, fmt.Errorf("listing unfinished executions: %w", err)
	}
	return ids, nil
}
