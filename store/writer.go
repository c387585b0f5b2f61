package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"redial/engine/crashpoint"
)

const (
	// groupSize is the largest number of changes that share a commit.
	groupSize = 256
	// maxQueued and maxQueuedBytes bound what waits to be stored.
	maxQueued      = 1 << 16
	maxQueuedBytes = 512 << 20
	// maxBatchBytes bounds a single batch. SQLite takes values of up to 1 GB.
	maxBatchBytes = 256 << 20
)

// change is something that the writer applies within a transaction.
type change interface {
	// apply makes the change. An error of the database makes the writer roll
	// back the transaction and apply each change of the group in one of its own,
	// so apply may be called twice. Any other error is a refusal, and then apply
	// must have left nothing behind.
	apply(c *conn) error
}

// task is a change and who waits for it.
type task struct {
	change
	bytes int
	done  func(error)
}

// writer owns the one connection that writes. Changes queue up, and those that
// are there when it comes round share a transaction, so one wait for the disk
// serves many callers. There is no timer: groups form from load.
type writer struct {
	connector driver.Connector
	logger    *slog.Logger
	ended     chan struct{}

	// failing: what was to be stored last could not be.
	failing atomic.Bool

	mutex  sync.Mutex
	filled sync.Cond // queue is not empty, or closed
	queue  []task
	bytes  int
	closed bool

	// Of the writer's goroutine alone.
	conn    *conn // nil after a failed commit, until it is opened again
	results []error
}

func newWriter(c driver.Connector, logger *slog.Logger) (*writer, error) {
	opened, err := connect(c)
	if err != nil {
		return nil, err
	}
	w := &writer{
		connector: c, logger: logger, conn: opened,
		ended:   make(chan struct{}),
		results: make([]error, groupSize),
	}
	w.filled.L = &w.mutex
	go w.loop()
	return w, nil
}

// submit queues a task. It never blocks, so that a task's done may submit
// another one.
func (w *writer) submit(t task) {
	if err := w.enqueue(t); err != nil {
		t.done(err)
	}
}

func (w *writer) enqueue(t task) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	switch {
	case w.closed:
		return ErrClosed
	case t.bytes > maxBatchBytes:
		return fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, t.bytes, maxBatchBytes)
	case len(w.queue) == maxQueued || w.bytes+t.bytes > maxQueuedBytes:
		return ErrOverloaded
	}
	w.queue = append(w.queue, t)
	w.bytes += t.bytes
	if len(w.queue) == 1 {
		w.filled.Signal()
	}
	return nil
}

// take waits for tasks and returns all that are queued; none: the writer was
// closed. The emptied slice becomes the next queue.
func (w *writer) take(emptied []task) []task {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for len(w.queue) == 0 && !w.closed {
		w.filled.Wait()
	}
	taken := w.queue
	w.queue, w.bytes = emptied, 0
	return taken
}

// close stores what is queued and ends the writer.
func (w *writer) close() error {
	w.mutex.Lock()
	w.closed = true
	w.filled.Signal()
	w.mutex.Unlock()
	<-w.ended
	if w.conn == nil {
		return nil
	}
	return w.conn.close()
}

func (w *writer) loop() {
	defer close(w.ended)
	var emptied []task
	for {
		taken := w.take(emptied)
		if len(taken) == 0 {
			return
		}
		for rest := taken; len(rest) > 0; {
			n := min(len(rest), groupSize)
			if err := w.store(rest[:n]); errors.Is(err, ErrBusy) {
				// The others have waited as long for the lock, and so that
				// nobody waits much longer they fail too.
				notify(rest[n:], func(int) error { return err })
				break
			}
			rest = rest[n:]
		}
		// Values must not live on in a queue that was once long.
		clear(taken)
		emptied = taken[:0]
		if cap(emptied) > 4*groupSize {
			emptied = nil
		}
	}
}

// store commits a group and answers everyone in it. An error means that nothing
// of the group was stored.
func (w *writer) store(group []task) error {
	results := w.results[:len(group)]
	again, err := w.transact(group, results)
	if again && len(group) > 1 {
		w.storeEach(group, results)
		err = nil
	}
	w.failing.Store(err != nil || slices.ContainsFunc(results, fromSQLite))
	if err != nil {
		w.logger.Error("changes could not be stored", "changes", len(group), "error", err)
		notify(group, func(int) error { return err })
		return err
	}
	notify(group, func(i int) error { return results[i] })
	crashpoint.Here(crashpoint.CommitTold)
	return nil
}

// storeEach stores changes one by one, so that the one that cannot be stored
// does not take the others with it. When another process comes between and holds
// the database, the rest fails too instead of waiting as long for each.
func (w *writer) storeEach(group []task, results []error) {
	for i := range group {
		_, err := w.transact(group[i:i+1], results[i:i+1])
		if err == nil {
			continue
		}
		w.logger.Error("a change could not be stored", "error", err)
		results[i] = err
		if errors.Is(err, ErrBusy) {
			for j := range results[i+1:] {
				results[i+1+j] = err
			}
			return
		}
	}
}

// notify tells everyone in a group what became of their change.
func notify(group []task, result func(int) error) {
	for i := range group {
		group[i].done(result(i))
	}
}

// transact applies a group in one transaction. An error means that nothing of
// it is stored; again says that a statement of one change was the reason, and
// not the transaction. Refusals of single changes are left in results.
func (w *writer) transact(group []task, results []error) (again bool, err error) {
	if w.conn == nil {
		if w.conn, err = connect(w.connector); err != nil {
			return false, err
		}
	}
	if _, err := w.conn.run("BEGIN IMMEDIATE", nil); err != nil {
		err = fmt.Errorf("beginning a transaction: %w", explain(err))
		if !errors.Is(err, ErrBusy) {
			w.drop()
		}
		return false, err
	}
	for i := range group {
		results[i] = group[i].apply(w.conn)
		if !fromSQLite(results[i]) {
			continue
		}
		if _, err := w.conn.run("ROLLBACK", nil); err != nil {
			// Some errors have rolled back already. Should the transaction be
			// open still, closing the connection ends it.
			w.drop()
		}
		return true, fmt.Errorf("applying a change: %w", explain(results[i]))
	}
	crashpoint.Here(crashpoint.CommitBefore)
	if _, err := w.conn.run("COMMIT", nil); err != nil {
		w.drop()
		return false, fmt.Errorf("committing: %w", explain(err))
	}
	crashpoint.Here(crashpoint.CommitAfter)
	return false, nil
}

// drop closes a connection that is in an unknown state.
func (w *writer) drop() {
	if err := w.conn.close(); err != nil {
		w.logger.Warn("closing the database connection", "error", err)
	}
	w.conn = nil
}

// function is a change of several statements. A savepoint undoes it when it is
// refused.
type function func(c *conn) error

func (f function) apply(c *conn) error {
	if _, err := c.run("SAVEPOINT change", nil); err != nil {
		return err
	}
	err := f(c)
	if err != nil && !fromSQLite(err) {
		if _, undo := c.run("ROLLBACK TO change", nil); undo != nil {
			return undo
		}
	}
	if !fromSQLite(err) {
		if _, release := c.run("RELEASE change", nil); release != nil {
			return release
		}
	}
	return err
}

// write has the writer make a change and waits until it is durable. When the
// context ends first, the change may or may not be made.
func write[T any](ctx context.Context, w *writer, do func(c *conn) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	answered := make(chan outcome, 1)
	var value T
	w.submit(task{
		change: function(func(c *conn) (err error) {
			if err = ctx.Err(); err == nil {
				value, err = do(c)
			}
			return err
		}),
		done: func(err error) { answered <- outcome{value, err} },
	})
	var none T
	select {
	case o := <-answered:
		if o.err != nil {
			return none, o.err
		}
		return o.value, nil
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
