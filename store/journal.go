package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"

	"redial/engine"
	"redial/engine/flow"
)

const (
	insertExecution = `INSERT INTO executions (id, flow, version_id, version, test, parent, settings, started_at,
  epoch, mode, status, ended_at, answered_at, answer_status, answer_seq, failure, hung_up_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING`

	insertFirstBatch = `INSERT INTO batches (execution_id, first_seq, last_seq, events, answer, answer_body, request)
VALUES (?, ?, ?, ?, ?, ?, ?)`

	// insertBatch adds no row unless the caller owns the execution and the
	// events follow on those that are stored.
	insertBatch = `INSERT INTO batches (execution_id, first_seq, last_seq, events, answer, answer_body)
SELECT ?, ?, ?, ?, ?, ? FROM executions e
WHERE e.id = ? AND e.epoch = ? AND ? = 1 + coalesce(
  (SELECT b.last_seq FROM batches b WHERE b.execution_id = e.id ORDER BY b.first_seq DESC LIMIT 1), 0)`

	updateExecution = `UPDATE executions
SET mode = ?, status = ?, ended_at = ?, answered_at = ?, answer_status = ?, answer_seq = coalesce(?, answer_seq), failure = ?,
  hung_up_at = ?
WHERE id = ? AND epoch = ?`

	selectSame = `SELECT 1 FROM batches WHERE execution_id = ? AND first_seq = ? AND last_seq = ? AND events = ?`

	selectEpoch = `SELECT epoch FROM executions WHERE id = ?`
	raiseEpoch  = `UPDATE executions SET epoch = epoch + 1 WHERE id = ?`
)

// Append implements engine.Journal. After an error other than ErrTooLarge,
// ErrOutOfOrder, engine.ErrFenced and engine.KeyTakenError the same batch may be appended again; one
// that turns out to be stored already is no error and is not stored twice.
//
// The batch is encoded before it is queued, so that the writer has nothing to do
// but to hand it to SQLite.
func (s *Store) Append(batch engine.Batch, done func(error)) {
	entry, size, err := newEntry(&batch)
	if batch.Claim != nil && err == nil {
		entry.takes(batch.Claim, s.clocks.later().UnixNano(), s.keysEnd())
	}
	if err != nil {
		done(fmt.Errorf("storing events of execution %s: %w", batch.Execution.ID, err))
		return
	}
	if entry.telling, entry.told = telling(&batch, s.now()); entry.telling != "" {
		finished := done
		done = func(err error) {
			if err == nil {
				s.wakeCallbacks()
			}
			finished(err)
		}
	}
	s.writer.submit(task{change: entry, bytes: size, done: done})
}

// entry is a batch in the form in which it is stored: the arguments of up to
// three statements.
type entry struct {
	id                string
	epoch             int64
	firstSeq, lastSeq int64
	events            []byte
	blobs             []blob // that the events name

	claim     *engine.Claim       // only in the first batch
	claimed   []driver.NamedValue // of claimKey
	execution []driver.NamedValue // of insertExecution; only in the first batch
	batch     []driver.NamedValue // of insertFirstBatch or insertBatch
	update    []driver.NamedValue // of updateExecution
	telling   string              // what it does to a callback; empty: nothing
	told      []driver.NamedValue // of telling
}

func newEntry(b *engine.Batch) (entry, int, error) {
	e := entry{id: b.Execution.ID, epoch: b.Epoch}
	if err := checkBatch(b); err != nil {
		return e, 0, err
	}
	if len(b.Events) > 0 {
		e.firstSeq, e.lastSeq = b.Events[0].Seq, b.Events[len(b.Events)-1].Seq
	}
	var apart blobs
	var err error
	if e.events, err = flow.EncodeEventsApart(b.Events, apart.take); err != nil {
		return e, 0, noForm(err)
	}
	e.blobs = apart.list
	size := len(e.events) + apart.bytes
	var answer, answerBody, answerSeq any
	if b.Answer != nil {
		head, err := encodeAnswerHead(b.Answer)
		if err != nil {
			return e, 0, err
		}
		answer, answerBody, answerSeq = head, b.Answer.Body, e.firstSeq
		size += len(head) + len(b.Answer.Body)
	}
	if b.Request != nil {
		request, err := flow.EncodeRequest(b.Request)
		if err != nil {
			return e, 0, err
		}
		size += len(request)
		e.batch = arguments(e.id, e.firstSeq, e.lastSeq, e.events, answer, answerBody, request)
		e.execution, err = executionRow(b, answerSeq)
		return e, size, err
	}
	if len(b.Events) > 0 {
		e.batch = arguments(e.id, e.firstSeq, e.lastSeq, e.events, answer, answerBody, e.id, e.epoch, e.firstSeq)
	}
	if b.Changed || b.Answer != nil {
		x := &b.Execution
		failure, err := encodeFailure(x.Failure)
		if err != nil {
			return e, 0, err
		}
		e.update = arguments(string(x.Mode), string(x.Status), moment(x.EndedAt), moment(x.AnsweredAt),
			present(int64(x.AnswerStatus)), answerSeq, failure, moment(x.HungUpAt), e.id, e.epoch)
	}
	return e, size, nil
}

// takes makes the entry claim a key first. Whoever has a key that was claimed up
// to the time over has it no more.
func (e *entry) takes(claim *engine.Claim, now, over int64) {
	e.claim = claim
	e.claimed = arguments(claim.Flow, claim.Caller, claim.Key, claim.Fingerprint[:], e.id, now, over)
}

// checkBatch refuses what would leave a journal that cannot be read again.
func checkBatch(b *engine.Batch) error {
	if b.Execution.ID == "" {
		return errors.New("the execution has no ID")
	}
	for i := range b.Events {
		if want := b.Events[0].Seq + int64(i); b.Events[i].Seq != want {
			return fmt.Errorf("%w: event %d where %d is due", ErrOutOfOrder, b.Events[i].Seq, want)
		}
	}
	if b.Request != nil && len(b.Events) > 0 && b.Events[0].Seq != 1 {
		return fmt.Errorf("%w: the first event is number %d", ErrOutOfOrder, b.Events[0].Seq)
	}
	if b.Claim != nil && b.Request == nil {
		return errors.New("a key is claimed by the first batch alone")
	}
	if b.Answer != nil && len(b.Events) == 0 {
		return errors.New("there is an answer without an event")
	}
	return nil
}

func executionRow(b *engine.Batch, answerSeq any) ([]driver.NamedValue, error) {
	x := &b.Execution
	settings, err := json.Marshal(x.Settings)
	if err != nil {
		return nil, err
	}
	failure, err := encodeFailure(x.Failure)
	if err != nil {
		return nil, err
	}
	return arguments(x.ID, x.Flow, x.VersionID, int64(x.Version), x.Test, present(x.Parent), string(settings),
		x.StartedAt.UnixNano(), b.Epoch, string(x.Mode), string(x.Status), moment(x.EndedAt),
		moment(x.AnsweredAt), present(int64(x.AnswerStatus)), answerSeq, failure, moment(x.HungUpAt)), nil
}

// apply stores the entry. Only its first statement can be refused, so a refusal
// leaves nothing behind.
func (e entry) apply(c *conn) error {
	if e.claim != nil {
		rows, err := c.run(claimKey, e.claimed)
		if err != nil {
			return err
		}
		if rows == 0 {
			return refuseKey(c, e.claim)
		}
	}
	if e.execution != nil {
		rows, err := c.run(insertExecution, e.execution)
		if err != nil || rows == 0 {
			return err // no row: the execution exists, and that is no error
		}
		if len(e.blobs) > 0 {
			if err := storeBlobs(c, e.id, e.blobs); err != nil {
				return err
			}
		}
		_, err = c.run(insertFirstBatch, e.batch)
		return err
	}
	if e.batch != nil {
		rows, err := c.run(insertBatch, e.batch)
		if err != nil {
			return err
		}
		if rows == 0 {
			return e.refusal(c)
		}
		if len(e.blobs) > 0 {
			if err := storeBlobs(c, e.id, e.blobs); err != nil {
				return err
			}
		}
	}
	if e.update != nil {
		rows, err := c.run(updateExecution, e.update)
		if err != nil {
			return err
		}
		if rows == 0 {
			return e.refusal(c)
		}
	}
	if e.telling != "" {
		_, err := c.run(e.telling, e.told)
		return err
	}
	return nil
}

// refusal finds out why a statement changed no row.
func (e entry) refusal(c *conn) error {
	var epoch sql.Null[int64]
	found, err := c.find(selectEpoch, []any{e.id}, &epoch)
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("storing events of execution %s: %w", e.id, engine.ErrNotFound)
	case epoch.V != e.epoch:
		return engine.ErrFenced
	}
	// A commit that was reported as failed may have reached the disk after all.
	// Whoever then appends the same batch again has what they want.
	var same sql.Null[int64]
	found, err = c.find(selectSame, []any{e.id, e.firstSeq, e.lastSeq, e.events}, &same)
	if err != nil || found {
		return err
	}
	return fmt.Errorf("storing events of execution %s from number %d: %w", e.id, e.firstSeq, ErrOutOfOrder)
}

// Claim implements engine.Journal.
func (s *Store) Claim(ctx context.Context, id string) (int64, error) {
	return write(ctx, s.writer, func(c *conn) (int64, error) {
		rows, err := c.exec(raiseEpoch, id)
		if err != nil {
			return 0, err
		}
		if rows == 0 {
			return 0, fmt.Errorf("claiming execution %s: %w", id, engine.ErrNotFound)
		}
		if s.died {
			if _, err := c.exec(countResume, id); err != nil {
				return 0, err
			}
		}
		var epoch sql.Null[int64]
		_, err = c.find(selectEpoch, []any{id}, &epoch)
		return epoch.V, err
	})
}

// Request implements engine.Journal.
func (s *Store) Request(ctx context.Context, id string) (*flow.Request, error) {
	var data []byte
	err := s.reader.find(ctx, `SELECT request FROM batches WHERE execution_id = ? ORDER BY first_seq LIMIT 1`, []any{id}, &data)
	if err != nil {
		return nil, fmt.Errorf("reading the request of execution %s: %w", id, err)
	}
	return flow.DecodeRequest(data)
}

// Answer implements engine.Journal.
func (s *Store) Answer(ctx context.Context, id string) (*flow.Answer, error) {
	var head, body []byte
	err := s.reader.find(ctx, `SELECT b.answer, b.answer_body FROM executions e
JOIN batches b ON b.execution_id = e.id AND b.first_seq = e.answer_seq WHERE e.id = ?`, []any{id}, &head, &body)
	if err != nil {
		return nil, fmt.Errorf("reading the answer of execution %s: %w", id, err)
	}
	return decodeAnswer(head, body)
}

// Events implements engine.Journal.
func (s *Store) Events(ctx context.Context, id string, after int64, limit int) ([]flow.Event, error) {
	events, err := s.events(ctx, id, after, limit, func(data []byte) ([]flow.Event, error) {
		return flow.DecodeEvents(id, data)
	})
	if err == nil {
		err = s.readApart(ctx, events)
	}
	if err != nil {
		return nil, fmt.Errorf("reading events of execution %s: %w", id, err)
	}
	return events, nil
}

// events are those of Events, as decode reads them.
func (s *Store) events(ctx context.Context, id string, after int64, limit int, decode func([]byte) ([]flow.Event, error)) ([]flow.Event, error) {
	// The batch that holds the event behind after is the last one that begins
	// at or before it.
	const query = `SELECT events FROM batches WHERE execution_id = ?1 AND first_seq >= coalesce(
  (SELECT first_seq FROM batches WHERE execution_id = ?1 AND first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1), 0)
ORDER BY first_seq`
	var events []flow.Event
	err := s.reader.each(ctx, query, []any{id, after + 1}, func(rows *sql.Rows) (bool, error) {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return false, err
		}
		batch, err := decode(data)
		if err != nil {
			return false, err
		}
		for len(batch) > 0 && batch[0].Seq <= after {
			batch = batch[1:]
		}
		events = append(events, batch...)
		return limit <= 0 || len(events) < limit, nil
	})
	if limit > 0 && len(events) > limit {
		events = events[:limit]
	}
	return events, err
}
