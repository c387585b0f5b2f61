package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"redial/engine"
)

// Errors that callers tell apart. What is not there is engine.ErrNotFound.
var (
	// ErrLocked: another server has the data folder.
	ErrLocked = errors.New("the data folder is in use by another server; stop that one, or choose another folder with --data")
	// ErrRevision: the draft has changed since the caller read it.
	ErrRevision = errors.New("the flow has been changed by someone else; load it again and repeat the change")
	// ErrExists: the name is taken.
	ErrExists = errors.New("the name is taken; choose another one")
	// ErrFixed: the flow has been published, so its slug stays.
	ErrFixed = errors.New("the flow has been published, so its URL stays as it is")
	// ErrWrongKey: credentials were encrypted with another key.
	ErrWrongKey = errors.New("the credentials were encrypted with another secret key; start with the key file or REDIAL_SECRET_KEY that belongs to this data folder")
	// ErrNewer: the database was made by a newer program.
	ErrNewer = errors.New("the database was made by a newer version of Redial; use that version or a later one")
	// ErrOutOfOrder: the events of a batch do not follow on those that are
	// stored, because a batch before it was not stored. Nothing was stored.
	ErrOutOfOrder = engine.ErrOutOfOrder
	// ErrBusy: another process held the database for too long. Nothing was
	// stored; a repeat may succeed.
	ErrBusy = errors.New("the database is held by another process; try again")
	// ErrFull: there is no room on the disk. Nothing was stored; a repeat may
	// succeed once there is.
	ErrFull = errors.New("the disk that holds the data folder is full; make room and try again")
	// ErrDisk: the disk fails. Nothing was stored; a repeat may succeed.
	ErrDisk = errors.New("the disk that holds the data folder fails; see the system's log and the disk's quota")
	// ErrReadOnly: the data folder cannot be written.
	ErrReadOnly = errors.New("the data folder cannot be written; give it to the user that runs the server, or choose another one with --data")
	// ErrCorrupt: the database is damaged, or is none.
	ErrCorrupt = errors.New("the database is damaged; stop the server, keep a copy of the data folder, and put a backup in its place")
	// ErrOverloaded: changes come in faster than the disk takes them. Nothing
	// was stored.
	ErrOverloaded = errors.New("too much is waiting to be stored; try again later")
	// ErrNoForm: a value cannot be written down.
	ErrNoForm = fmt.Errorf("a value has no form in the journal: %w", engine.ErrUnstorable)
	// ErrTooLarge: one batch is larger than the store takes.
	ErrTooLarge = fmt.Errorf("the data of one step is too large: %w", engine.ErrUnstorable)
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("the store is closed")
)

// explain puts the reasons that an operator can do something about into our own
// words. The driver's error stays in the chain.
func explain(err error) error {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w (%w)", ErrBusy, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w (%w)", ErrFull, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%w (%w)", ErrDisk, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w (%w)", ErrReadOnly, err)
	case sqlite3.SQLITE_TOOBIG:
		return fmt.Errorf("%w (%w)", ErrTooLarge, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w (%w)", ErrCorrupt, err)
	}
	return err
}

// MayPass reports whether an error is about the moment: nothing was stored, and a
// repeat may succeed.
func MayPass(err error) bool {
	for _, passing := range []error{ErrBusy, ErrFull, ErrDisk, ErrReadOnly, ErrOverloaded, ErrClosed} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}

// fromSQLite reports whether the database itself failed, in contrast to a
// change that was refused.
func fromSQLite(err error) bool {
	var failure *sqlite.Error
	return errors.As(err, &failure)
}
