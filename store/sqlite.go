package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
)

// How long a change waits for another process to release the database. The
// other processes write in short transactions. They themselves wait longer, as
// a busy server leaves them only the moments between its commits.
const (
	serverLockWait  = 5 * time.Second
	commandLockWait = 30 * time.Second
)

// Pragmas of the writer.
const (
	// checkpoint is the length of the write-ahead log, in pages of 4 KiB, at
	// which a commit moves it into the database. Larger than SQLite's own, as
	// hot pages are then written back less often.
	checkpoint = "wal_autocheckpoint(4000)"
	// logSize is what the log shrinks to after a large transaction, in bytes.
	logSize = "journal_size_limit(67108864)"
	// cache is the writer's cache, in KiB.
	cache = "cache_size(-32768)"
)

// connector opens connections to a database file. Pragmas are part of the name,
// as they hold for one connection only.
func connector(file string, lockWait time.Duration, queryOnly bool) (driver.Connector, error) {
	options := url.Values{
		"_busy_timeout": {fmt.Sprint(lockWait.Milliseconds())},
		"_defensive":    {"1"},
		"_dqs":          {"0"},
		"_error_rc":     {"1"},
		"_synchronous":  {"FULL"},
	}
	if queryOnly {
		options.Set("_query_only", "1")
	} else {
		options.Set("_foreign_keys", "1")
		options.Set("_journal_mode", "WAL")
		options["_pragma"] = []string{checkpoint, logSize, cache}
	}
	path := (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()
	return sqlite.NewConnector("file:" + path + "?" + options.Encode())
}

// conn is the writer's connection. It goes below database/sql, whose pool and
// conversions would cost a tenth of the writer's time. One goroutine uses it.
type conn struct {
	raw        driver.Conn
	statements map[string]driver.StmtExecContext
}

func connect(c driver.Connector) (*conn, error) {
	raw, err := c.Connect(context.Background())
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", explain(err))
	}
	return &conn{raw: raw, statements: map[string]driver.StmtExecContext{}}, nil
}

func (c *conn) close() error {
	var errs []error
	for _, statement := range c.statements {
		errs = append(errs, statement.(driver.Stmt).Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

// prepared is the statement of a text, which must be a constant: statements are
// kept as long as the connection.
func (c *conn) prepared(text string) (driver.StmtExecContext, error) {
	if statement, found := c.statements[text]; found {
		return statement, nil
	}
	prepared, err := c.raw.Prepare(text)
	if err != nil {
		return nil, err
	}
	statement := prepared.(driver.StmtExecContext)
	c.statements[text] = statement
	return statement, nil
}

// run executes a statement on arguments that are ready for the driver and
// returns the number of rows it changed.
func (c *conn) run(text string, args []driver.NamedValue) (int64, error) {
	statement, err := c.prepared(text)
	if err != nil {
		return 0, err
	}
	// Without a deadline: a statement of the writer ends by itself, and
	// the busy timeout bounds its wait for the lock.
	result, err := statement.ExecContext(context.Background(), args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// exec is run for arguments as the program has them.
func (c *conn) exec(text string, args ...any) (int64, error) {
	return c.run(text, arguments(args...))
}

// insert is exec for a table with an integer key, which it returns.
func (c *conn) insert(text string, args ...any) (id int64, err error) {
	statement, err := c.prepared(text)
	if err != nil {
		return 0, err
	}
	result, err := statement.ExecContext(context.Background(), arguments(args...))
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

// find reads the first row of a query into the places; false: there is none.
func (c *conn) find(text string, args []any, places ...sql.Scanner) (bool, error) {
	statement, err := c.prepared(text)
	if err != nil {
		return false, err
	}
	rows, err := statement.(driver.StmtQueryContext).QueryContext(context.Background(), arguments(args...))
	if err != nil {
		return false, err
	}
	row := make([]driver.Value, len(rows.Columns()))
	err = rows.Next(row)
	for i := 0; err == nil && i < len(row); i++ {
		err = places[i].Scan(row[i])
	}
	if err = errors.Join(err, rows.Close()); errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

// arguments are values in the form that the driver takes them in. Values must
// be of the driver's own types: int64, float64, bool, string, []byte or nil.
func arguments(values ...any) []driver.NamedValue {
	args := make([]driver.NamedValue, len(values))
	for i, value := range values {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return args
}

// present is a value, or nil for the zero value, so that it is stored as NULL.
func present[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}

// moment is a time as it is stored; NULL for the zero time.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

// fromMoment is the time that moment stored.
func fromMoment(stored sql.Null[int64]) time.Time {
	if !stored.Valid {
		return time.Time{}
	}
	return time.Unix(0, stored.V).UTC()
}
