package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"redial/engine"
)

// readers is the number of reading connections. Reads are short, so a few serve
// many callers.
const readers = 8

// reader answers queries on its own pool of connections. They see what was
// committed before they began and never wait for the writer.
type reader struct {
	pool *sql.DB

	mutex      sync.RWMutex
	statements map[string]*sql.Stmt
}

func newReader(c driver.Connector) *reader {
	pool := sql.OpenDB(c)
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	return &reader{pool: pool, statements: map[string]*sql.Stmt{}}
}

func (r *reader) close() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var errs []error
	for _, statement := range r.statements {
		errs = append(errs, statement.Close())
	}
	return errors.Join(append(errs, r.pool.Close())...)
}

// prepared is the statement of a text. Texts come from a small fixed set:
// statements are kept as long as the pool.
func (r *reader) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	r.mutex.RLock()
	statement, found := r.statements[text]
	r.mutex.RUnlock()
	if found {
		return statement, nil
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if statement, found = r.statements[text]; found {
		return statement, nil
	}
	statement, err := r.pool.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	r.statements[text] = statement
	return statement, nil
}

// find reads the first row of a query; engine.ErrNotFound if there is none.
// Such a query finds its row by a key and is done in microseconds, so it does
// not pay for the goroutines that would watch the context.
func (r *reader) find(ctx context.Context, text string, args []any, places ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	statement, err := r.prepared(ctx, text)
	if err != nil {
		return explain(err)
	}
	err = statement.QueryRowContext(ctx, args...).Scan(places...)
	if errors.Is(err, sql.ErrNoRows) {
		return engine.ErrNotFound
	}
	return explain(err)
}

// each calls row for every row of a query until it returns false or an error.
func (r *reader) each(ctx context.Context, text string, args []any, row func(*sql.Rows) (more bool, err error)) error {
	statement, err := r.prepared(ctx, text)
	if err != nil {
		return explain(err)
	}
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return explain(err)
	}
	for err == nil && rows.Next() {
		var more bool
		if more, err = row(rows); !more {
			break
		}
	}
	return explain(errors.Join(err, rows.Close(), rows.Err()))
}

// all reads every row of a query.
func all[T any](ctx context.Context, r *reader, text string, args []any, scan func(*sql.Rows) (T, error)) ([]T, error) {
	var items []T
	err := r.each(ctx, text, args, func(rows *sql.Rows) (bool, error) {
		item, err := scan(rows)
		items = append(items, item)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}
