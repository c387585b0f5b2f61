package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"redial/engine"
)

var _ engine.Journal = (*Store)(nil)

// Names within the data folder.
const (
	databaseFile = "redial.db"
	serverLock   = "server.lock" // held by the server as long as it runs
	openLock     = "open.lock"   // held by whoever is making or migrating things
	keyFile      = "secret.key"
)

// Options say where a store is and how it is opened.
type Options struct {
	// Dir is the data folder. It is made if it is not there.
	Dir string
	// SecretKey has KeyBytes bytes and encrypts credentials. If nil, KeyFile is
	// read.
	SecretKey []byte
	// KeyFile is Dir/secret.key if empty. It is made at the first start,
	// readable by its owner alone.
	KeyFile string
	// Exclusive is for the server: only one may have the data folder. The other
	// commands run beside it.
	Exclusive bool
	// LockWait is how long a change waits for another process to release the
	// database before its caller gets ErrBusy. If 0: 5 s, and 30 s unless
	// Exclusive.
	LockWait time.Duration
	// Clock gives the times at which flows and the like were changed; time.Now
	// if nil.
	Clock func() time.Time
	// Logger takes what no caller is told; slog.Default if nil.
	Logger *slog.Logger
}

// Store keeps everything in an SQLite database in the data folder. Its methods
// may be called from many goroutines.
type Store struct {
	writer *writer
	reader *reader
	sealer *sealer
	lock   *flock.Flock // nil unless exclusive
	clock  func() time.Time
	clocks clocks
	logger *slog.Logger
	died   bool // the server that had the folder before
	// callbacks tells the one who delivers them that there may be some.
	callbacks chan struct{}

	closing  sync.Once
	closeErr error
}

// Open opens the store of a data folder, making it or bringing it up to date
// where needed. ErrLocked: another server has the folder. ErrWrongKey: the
// secret key is not that of the stored credentials. ErrNewer: the database was
// made by a newer program.
func Open(ctx context.Context, o Options) (_ *Store, err error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.LockWait == 0 {
		o.LockWait = commandLockWait
		if o.Exclusive {
			o.LockWait = serverLockWait
		}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.KeyFile == "" {
		o.KeyFile = filepath.Join(o.Dir, keyFile)
	}
	s := &Store{clock: o.Clock, clocks: newClocks(o.Clock), logger: o.Logger, callbacks: make(chan struct{}, 1)}
	defer func() {
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			err = fmt.Errorf("%w (%w)", ErrReadOnly, err)
		}
		if err != nil {
			err = errors.Join(fmt.Errorf("opening %s: %w", o.Dir, err), s.Close())
		}
	}()
	if err := makeFolder(o.Dir); err != nil {
		return nil, err
	}
	return s, s.open(ctx, o)
}

// open does what two processes must not do at once.
func (s *Store) open(ctx context.Context, o Options) (err error) {
	opening := flock.New(filepath.Join(o.Dir, openLock))
	// Making and migrating take a moment; whoever dies loses the lock.
	waiting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := opening.TryLockContext(waiting, 10*time.Millisecond); err != nil {
		return fmt.Errorf("waiting for another process to open it: %w", err)
	}
	defer func() { err = errors.Join(err, opening.Close()) }()
	if o.Exclusive {
		if s.lock, err = lockServer(o.Dir); err != nil {
			return err
		}
	}
	file := filepath.Join(o.Dir, databaseFile)
	if err := createPrivate(file); err != nil {
		return fmt.Errorf("making the database: %w", err)
	}
	if err := syncFolder(o.Dir); err != nil {
		return fmt.Errorf("making the database: %w", err)
	}
	writing, err := connector(file, o.LockWait, false)
	if err != nil {
		return err
	}
	reading, err := connector(file, o.LockWait, true)
	if err != nil {
		return err
	}
	if err := migrate(ctx, writing, func() error { return s.mayMigrate(o.Dir) }); err != nil {
		return err
	}
	return s.start(ctx, o, writing, reading)
}

func (s *Store) start(ctx context.Context, o Options, writing, reading driver.Connector) (err error) {
	s.reader = newReader(reading)
	if s.sealer, err = s.openSealer(ctx, o); err != nil {
		return err
	}
	if s.writer, err = newWriter(writing, s.logger); err != nil || !o.Exclusive {
		return err
	}
	return s.beginServing(ctx)
}

// makeFolder makes the data folder, for its owner alone.
func makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// createPrivate makes an empty file that its owner alone can read; SQLite gives
// the files beside it the same mode.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func lockServer(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, serverLock))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking it: %w", err)
	}
	if !locked {
		return nil, ErrLocked
	}
	return lock, nil
}

// mayMigrate refuses to change tables under a running server.
func (s *Store) mayMigrate(dir string) error {
	if s.lock != nil {
		return nil
	}
	lock, err := lockServer(dir)
	if err != nil {
		return fmt.Errorf("its database must be brought up to date first: %w", err)
	}
	return lock.Close()
}

// openSealer finds the secret key and compares it with the one that stored
// credentials need.
func (s *Store) openSealer(ctx context.Context, o Options) (*sealer, error) {
	var keyID string
	err := s.reader.find(ctx, `SELECT key_id FROM connections LIMIT 1`, nil, &keyID)
	used := err == nil
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		return nil, err
	}
	secret := o.SecretKey
	if secret == nil {
		if secret, err = loadKey(o.KeyFile, !used, s.logger); err != nil {
			return nil, err
		}
	}
	sealer, err := newSealer(secret)
	if err != nil {
		return nil, err
	}
	if used && sealer.id != keyID {
		return nil, ErrWrongKey
	}
	return sealer, nil
}

// Close stores what is queued and closes the store. Batches that are appended
// later get ErrClosed.
func (s *Store) Close() error {
	s.closing.Do(func() {
		var errs []error
		if s.writer != nil && s.lock != nil {
			errs = append(errs, s.endServing())
		}
		if s.writer != nil {
			errs = append(errs, s.writer.close())
		}
		if s.reader != nil {
			errs = append(errs, s.reader.close())
		}
		if s.lock != nil {
			errs = append(errs, s.lock.Close())
		}
		s.closeErr = errors.Join(errs...)
	})
	return s.closeErr
}

func (s *Store) now() time.Time { return s.clock().UTC() }
