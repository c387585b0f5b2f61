package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"time"

	"redial/engine"
	"redial/engine/flow"
)

// CallbackState is where a callback stands.
type CallbackState string

// The states of a callback.
//
//	promised ──answer or end──► pending ──2xx──────────────► delivered
//	                             │   ▲ ──410───────────────► refused
//	                 other answer└───┘ ──a day of failures─► failed
//
// Sending again leads from any of the last three back to pending. An execution
// that had failed and is reopened leads from pending back to promised, and from
// delivered and failed to pending when it ends otherwise.
const (
	CallbackPromised  CallbackState = "promised"  // there is nothing to tell yet
	CallbackPending   CallbackState = "pending"   // to be delivered
	CallbackDelivered CallbackState = "delivered" // the receiver has taken it
	CallbackRefused   CallbackState = "refused"   // the receiver wants no more: 410
	CallbackFailed    CallbackState = "failed"    // given up
)

// Callback is what is owed to the caller of an execution.
type Callback struct {
	Execution string // ID
	Flow      string // slug
	URL, Host string
	Secret    string // name of the connection that signs
	State     CallbackState
	Promised  time.Time
	Ready     time.Time   // when there was something to tell; zero: there is not yet
	Status    flow.Status // of the execution at that time
	Message   int         // counts what there was to tell: 1, and more after a failure that was taken back
	// Attempts counts those since the callback was ready or sent again, the first
	// of which was at First. Total counts all.
	Attempts, Total int
	First           time.Time
	Due             time.Time // of the next attempt; zero: none is due
}

// CallbackAttempt is one try to deliver a callback.
type CallbackAttempt struct {
	Number   int // from 1, over all tries
	At       time.Time
	Status   int // HTTP status of the answer; 0: none came
	Duration time.Duration
	Error    string    // empty: it was delivered
	Next     time.Time // when the next one was due then; zero: none was to follow
}

// HostDue is a host that callbacks are due for.
type HostDue struct {
	Host string
	Due  time.Time // of the first of them
}

const (
	// insertCallback finds out by itself whether the execution has something to
	// tell already: its last batch may have been stored before.
	insertCallback = `INSERT INTO callbacks
 (execution_id, flow, url, host, secret, state, held, promised_at, ready_at, status, attempts, total)
SELECT id, flow, ?2, ?3, ?4, CASE WHEN decided THEN 'pending' ELSE 'promised' END, 1, ?5,
 CASE WHEN decided THEN ?5 END, CASE WHEN decided THEN status END, 0, 0
FROM (SELECT id, flow, status, answered_at IS NOT NULL OR ended_at IS NOT NULL AS decided FROM executions WHERE id = ?1)
WHERE true
ON CONFLICT DO NOTHING`

	// readyCallback has something to tell: for the first time, or because an
	// execution that had failed was reopened and has come to something else. A
	// receiver that was told of the failure gets that as another message, unless it
	// wants none.
	readyCallback = `UPDATE callbacks SET state = 'pending', ready_at = ?2, status = ?3,
 due_at = CASE WHEN held = 0 THEN ?2 END, attempts = 0, first_at = NULL,
 message = message + (ready_at IS NOT NULL)
WHERE execution_id = ?1 AND (ready_at IS NULL OR status = 'failed' AND ?3 <> 'failed' AND state <> 'refused')`

	// withdrawCallback takes back a failure that no receiver has taken yet: the
	// execution goes on. What was tried to say was another message.
	withdrawCallback = `UPDATE callbacks SET state = 'promised', ready_at = NULL, status = NULL, due_at = NULL,
 message = message + 1
WHERE execution_id = ?1 AND status = 'failed' AND state = 'pending'`

	releaseCallback = `UPDATE callbacks SET held = 0, due_at = CASE WHEN ready_at IS NOT NULL THEN ?2 END
WHERE execution_id = ?1 AND held = 1`

	releaseCallbacks = `UPDATE callbacks SET held = 0, due_at = CASE WHEN ready_at IS NOT NULL THEN ?1 END WHERE held = 1`

	callbackColumns = `SELECT execution_id, flow, url, host, secret, state, promised_at, ready_at, status,
 message, attempts, total, first_at, due_at FROM callbacks`
)

// PromiseCallback makes sure that the caller of an execution will be called back
// at an address that CallbackHost knows: it is durable when it returns, and to be
// called before the 202 goes out. It is not sent before ReleaseCallback. An
// execution is called back once, so a second promise changes nothing. An unknown
// execution is engine.ErrNotFound.
func (s *Store) PromiseCallback(ctx context.Context, execution, address, secret string) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		if _, err := c.exec(insertCallback, execution, address, flow.CallbackHost(address), secret, s.now().UnixNano()); err != nil {
			return none, err
		}
		var found sql.Null[int64]
		known, err := c.find(`SELECT 1 FROM callbacks WHERE execution_id = ?`, []any{execution}, &found)
		if err == nil && !known {
			err = fmt.Errorf("promising a callback of execution %s: %w", execution, engine.ErrNotFound)
		}
		return none, err
	})
	return err
}

// ReleaseCallback lets a callback go out: its caller has got the 202. It does not
// wait. Should it get lost, ReleaseCallbacks of the next start makes up for it.
func (s *Store) ReleaseCallback(execution string) {
	s.writer.submit(task{
		change: function(func(c *conn) error {
			_, err := c.exec(releaseCallback, execution, s.now().UnixNano())
			return err
		}),
		done: func(err error) {
			if err != nil {
				s.logger.Warn("a callback is held back until the next start", "execution", execution, "error", err)
				return
			}
			s.wakeCallbacks()
		},
	})
}

// ReleaseCallbacks lets out what a server that has died held back: whoever waited
// for a 202 of it waits no more.
func (s *Store) ReleaseCallbacks(ctx context.Context) error {
	_, err := write(ctx, s.writer, func(c *conn) (int64, error) {
		return c.exec(releaseCallbacks, s.now().UnixNano())
	})
	return err
}

// CallbacksChanged gets a value whenever a callback may have become due by
// something else than time. It is for one reader.
func (s *Store) CallbacksChanged() <-chan struct{} { return s.callbacks }

func (s *Store) wakeCallbacks() {
	select {
	case s.callbacks <- struct{}{}:
	default:
	}
}

// telling is what a batch does to what there is to tell: with an answer or an end
// there is something, and what goes on after a failure takes that back. The
// statement is empty for others.
func telling(b *engine.Batch, now time.Time) (statement string, values []driver.NamedValue) {
	x := &b.Execution
	switch {
	case x.Settings.Callback == nil:
		return "", nil
	case b.Answer != nil || x.Status.Ended():
		return readyCallback, arguments(x.ID, now.UnixNano(), string(x.Status))
	case slices.ContainsFunc(b.Events, func(e flow.Event) bool { return e.Resumed }):
		return withdrawCallback, arguments(x.ID)
	}
	return "", nil
}

// callbackRecord is a row of callbackColumns.
type callbackRecord struct {
	Callback
	status                      sql.Null[string]
	promised, ready, first, due sql.Null[int64]
}

func (r *callbackRecord) places() []any {
	return []any{
		&r.Execution, &r.Flow, &r.URL, &r.Host, &r.Secret, &r.State, &r.promised, &r.ready, &r.status,
		&r.Message, &r.Attempts, &r.Total, &r.first, &r.due,
	}
}

func (r *callbackRecord) callback() Callback {
	c := r.Callback
	c.Status = flow.Status(r.status.V)
	c.Promised, c.Ready, c.First, c.Due = fromMoment(r.promised), fromMoment(r.ready), fromMoment(r.first), fromMoment(r.due)
	return c
}

// Callback is what is owed to the caller of an execution; engine.ErrNotFound if
// that is nothing.
func (s *Store) Callback(ctx context.Context, execution string) (*Callback, error) {
	var row callbackRecord
	if err := s.reader.find(ctx, callbackColumns+` WHERE execution_id = ?`, []any{execution}, row.places()...); err != nil {
		return nil, fmt.Errorf("reading the callback of execution %s: %w", execution, err)
	}
	callback := row.callback()
	return &callback, nil
}

// CallbackHosts are the hosts that callbacks are due for, now or later, and when
// the first of each is. It takes as long as there are hosts, however many
// callbacks wait for one of them.
func (s *Store) CallbackHosts(ctx context.Context) ([]HostDue, error) {
	const query = `WITH RECURSIVE hosts (host) AS (
  SELECT min(host) FROM callbacks WHERE due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(c.host) FROM callbacks c WHERE c.due_at IS NOT NULL AND c.host > hosts.host)
  FROM hosts WHERE hosts.host IS NOT NULL)
SELECT host, (SELECT min(c.due_at) FROM callbacks c WHERE c.host = hosts.host AND c.due_at IS NOT NULL)
FROM hosts WHERE host IS NOT NULL`
	hosts, err := all(ctx, s.reader, query, nil, func(rows *sql.Rows) (h HostDue, err error) {
		var due sql.Null[int64]
		err = rows.Scan(&h.Host, &due)
		h.Due = fromMoment(due)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for callbacks: %w", err)
	}
	return hosts, nil
}

// DueCallbacks are those of a host that are due at a time, the longest due first;
// at most limit.
func (s *Store) DueCallbacks(ctx context.Context, host string, now time.Time, limit int) ([]Callback, error) {
	callbacks, err := all(ctx, s.reader, callbackColumns+` WHERE host = ? AND due_at <= ? ORDER BY due_at LIMIT ?`,
		[]any{host, now.UnixNano(), limit}, func(rows *sql.Rows) (Callback, error) {
			var row callbackRecord
			err := rows.Scan(row.places()...)
			return row.callback(), err
		})
	if err != nil {
		return nil, fmt.Errorf("looking for callbacks of %s: %w", host, err)
	}
	return callbacks, nil
}

// RecordCallback records an attempt and where the callback stands after it. The
// attempt's Number is given by the store, and its Next is when the callback is
// due again.
func (s *Store) RecordCallback(ctx context.Context, execution string, state CallbackState, a CallbackAttempt) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		rows, err := c.exec(`UPDATE callbacks SET state = ?2, attempts = attempts + 1, total = total + 1,
 first_at = coalesce(first_at, ?3), due_at = ?4 WHERE execution_id = ?1`,
			execution, string(state), a.At.UnixNano(), moment(a.Next))
		if err != nil {
			return none, err
		}
		if rows == 0 {
			return none, fmt.Errorf("recording a callback of execution %s: %w", execution, engine.ErrNotFound)
		}
		_, err = c.exec(`INSERT INTO callback_attempts (execution_id, number, at, status, duration, error, next_at)
SELECT ?1, total, ?2, ?3, ?4, ?5, ?6 FROM callbacks WHERE execution_id = ?1`,
			execution, a.At.UnixNano(), present(int64(a.Status)), int64(a.Duration), present(a.Error), moment(a.Next))
		return none, err
	})
	return err
}

// CallbackAttempts are the tries to deliver a callback, in order.
func (s *Store) CallbackAttempts(ctx context.Context, execution string) ([]CallbackAttempt, error) {
	attempts, err := all(ctx, s.reader, `SELECT number, at, status, duration, error, next_at FROM callback_attempts
WHERE execution_id = ? ORDER BY number`, []any{execution}, func(rows *sql.Rows) (a CallbackAttempt, err error) {
		var at, status, next sql.Null[int64]
		var fault sql.Null[string]
		err = rows.Scan(&a.Number, &at, &status, &a.Duration, &fault, &next)
		a.At, a.Status, a.Error, a.Next = fromMoment(at), int(status.V), fault.V, fromMoment(next)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the callbacks of execution %s: %w", execution, err)
	}
	return attempts, nil
}

// ResendCallback makes a callback due at once, as if it had never been tried;
// engine.ErrNotFound. It is false where there is nothing to tell yet, and then
// nothing is changed.
func (s *Store) ResendCallback(ctx context.Context, execution string) (bool, error) {
	resent, err := write(ctx, s.writer, func(c *conn) (bool, error) {
		rows, err := c.exec(`UPDATE callbacks SET state = 'pending', attempts = 0, first_at = NULL, due_at = ?2
WHERE execution_id = ?1 AND ready_at IS NOT NULL AND held = 0`, execution, s.now().UnixNano())
		if err != nil || rows > 0 {
			return rows > 0, err
		}
		var found sql.Null[int64]
		known, err := c.find(`SELECT 1 FROM callbacks WHERE execution_id = ?`, []any{execution}, &found)
		if err == nil && !known {
			err = fmt.Errorf("sending the callback of execution %s again: %w", execution, engine.ErrNotFound)
		}
		return false, err
	})
	if resent {
		s.wakeCallbacks()
	}
	return resent, err
}
