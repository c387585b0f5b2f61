package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"redial/engine/flow"
)

// ErrRequestTooLarge says that a call is larger than the reader wanted to take.
var ErrRequestTooLarge = errors.New("the call is too large to be read here")

// Endings are the first events of an execution, at most limit, for those who
// look through many executions, or large ones. They hold what
// flow.DecodeEndings leaves, and the outputs that wanted asks for.
//
// bytes is how much of what is stored may be read, and less by that afterwards:
// reading ends before the events that it does not suffice for. An execution that
// is not there has no events.
func (s *Store) Endings(
	ctx context.Context, id string, limit int, bytes *int64, wanted func(e *flow.Event, bytes int) bool,
) ([]flow.Event, error) {
	batches, err := s.batchesWithin(ctx, id, limit, bytes)
	if err != nil || batches == 0 {
		return nil, err
	}
	var events []flow.Event
	const query = `SELECT events FROM batches WHERE execution_id = ? ORDER BY first_seq LIMIT ?`
	err = s.reader.each(ctx, query, []any{id, batches}, func(rows *sql.Rows) (bool, error) {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return false, err
		}
		batch, err := flow.DecodeEndings(id, data, wanted)
		events = append(events, batch...)
		return true, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading how the steps of execution %s ended: %w", id, err)
	}
	events, err = s.within(ctx, events[:min(len(events), limit)], bytes)
	if err != nil {
		return nil, fmt.Errorf("reading how the steps of execution %s ended: %w", id, err)
	}
	return events, nil
}

// batchesWithin is how many batches, from the first one, hold as many events as
// are wanted, or have no more bytes than may be read, and takes these off.
func (s *Store) batchesWithin(ctx context.Context, id string, limit int, bytes *int64) (batches int, err error) {
	const query = `SELECT length(events), last_seq FROM batches WHERE execution_id = ? ORDER BY first_seq`
	err = s.reader.each(ctx, query, []any{id}, func(rows *sql.Rows) (bool, error) {
		var size, last int64
		if err := rows.Scan(&size, &last); err != nil || size > *bytes {
			return false, err
		}
		*bytes -= size
		batches++
		return last < int64(limit), nil
	})
	if err != nil {
		return 0, fmt.Errorf("reading how large execution %s is: %w", id, err)
	}
	return batches, nil
}

// RequestWithin is the call that started an execution, with its size in bytes,
// if that is at most so large in the store; ErrRequestTooLarge, and
// engine.ErrNotFound.
func (s *Store) RequestWithin(ctx context.Context, id string, bytes int) (request *flow.Request, size int, err error) {
	var data []byte
	err = s.reader.find(ctx, `SELECT CASE WHEN length(request) <= ?2 THEN request END FROM batches
WHERE execution_id = ?1 ORDER BY first_seq LIMIT 1`, []any{id, bytes}, &data)
	if err == nil && data == nil {
		err = ErrRequestTooLarge
	}
	if err != nil {
		return nil, 0, fmt.Errorf("reading the request of execution %s: %w", id, err)
	}
	request, err = flow.DecodeRequest(data)
	return request, len(data), err
}
