package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	_ "modernc.org/sqlite"

	"redial/store"
)

func TestSecondServerIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir, Exclusive: true})
	_, err := store.Open(t.Context(), store.Options{Dir: dir, Exclusive: true})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("the error is %v", err)
	}
	beside := open(t, store.Options{Dir: dir})
	if err := beside.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, store.Options{Dir: dir, Exclusive: true}).Close(); err != nil {
		t.Fatal(err)
	}
}

// Many processes may start on an empty folder at once.
func TestFolderIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "data # 100%?")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			s, err := store.Open(t.Context(), store.Options{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.PutConnection(t.Context(), store.Connection{Name: "n", Component: "c"}); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	s := open(t, store.Options{Dir: dir})
	if _, err := s.Connection(t.Context(), "n"); err != nil {
		t.Error(err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, store.Options{Dir: dir})
	if err := s.PutConnection(t.Context(), store.Connection{Name: "n", Component: "c"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "secret.key", "redial.db", "redial.db-wal", "redial.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm() &^ fs.FileMode(0o700); mode != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

// Neither credentials nor tokens can be found in any file of the folder.
func TestSecretsAreNotReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	const secret = "correct horse battery staple"
	c := store.Connection{Name: "acme-shop", Component: "acme", Fields: map[string]any{"api_key": secret}}
	if err := s.PutConnection(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	token, err := s.CreateToken(t.Context(), "ci")
	if err != nil {
		t.Fatal(err)
	}
	search := func() {
		t.Helper()
		found := false
		for _, file := range files(t, dir) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found = found || bytes.Contains(data, []byte(c.Name))
			for _, text := range []string{secret, "api_key", token, strings.TrimPrefix(token, "redial_")} {
				if bytes.Contains(data, []byte(text)) {
					t.Errorf("%s contains %q", file, text)
				}
			}
		}
		if !found {
			t.Error("not even the connection's name was found")
		}
	}
	search()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	search()
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("files in %s: %v, %v", dir, paths, err)
	}
	return paths
}

func TestSecretKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, other := make([]byte, store.KeyBytes), make([]byte, store.KeyBytes)
	for _, k := range [][]byte{key, other} {
		if _, err := rand.Read(k); err != nil {
			t.Fatal(err)
		}
	}
	// A key may change as long as nothing was encrypted with it.
	for _, k := range [][]byte{other, key} {
		if err := open(t, store.Options{Dir: dir, SecretKey: k}).Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, store.Options{Dir: dir, SecretKey: key})
	if err := s.PutConnection(t.Context(), store.Connection{Name: "n", Component: "c"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]store.Options{
		"another key": {SecretKey: other},
		"a lost file": {},
	} {
		o.Dir = dir
		if _, err := store.Open(t.Context(), o); !errors.Is(err, store.ErrWrongKey) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if _, err := store.Open(t.Context(), store.Options{Dir: dir, SecretKey: key[:16]}); err == nil {
		t.Error("a short key was taken")
	}
	if _, err := os.Stat(filepath.Join(dir, "secret.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a new key was made although the old one is needed")
	}
	s = open(t, store.Options{Dir: dir, SecretKey: key})
	if _, err := s.Connection(t.Context(), "n"); err != nil {
		t.Error(err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "redial")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	o := store.Options{Dir: t.TempDir(), KeyFile: path, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	if err := open(t, o).Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.ParseKey(string(text)); err != nil {
		t.Fatal(err)
	}
	if left := files(t, filepath.Dir(path)); len(left) != 1 {
		t.Errorf("there are %v", left)
	}
	if log.Len() > 0 {
		t.Errorf("the log says %s", log.String())
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := open(t, o).Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "read by others") {
		t.Errorf("the log says %q", log.String())
	}
	again, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("the key changed (%v)", err)
	}
	if err := os.WriteFile(path, text[:20], 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), o)
	if err == nil || strings.Contains(err.Error(), string(text[:20])) || !strings.Contains(err.Error(), path) {
		t.Errorf("the error of a damaged file is %v", err)
	}
}

// Whoever can write to the database cannot have credentials sent elsewhere.
func TestMovedCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	for _, name := range []string{"good", "evil", "other"} {
		if err := s.PutConnection(t.Context(), store.Connection{Name: name, Component: "acme"}); err != nil {
			t.Fatal(err)
		}
	}
	direct := database(t, dir)
	for _, change := range []string{
		`UPDATE connections SET fields = (SELECT fields FROM connections WHERE name = 'good') WHERE name = 'evil'`,
		`UPDATE connections SET component = 'mine' WHERE name = 'other'`,
	} {
		if _, err := direct.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	for name, readable := range map[string]bool{"good": true, "evil": false, "other": false} {
		if _, err := s.Connection(t.Context(), name); (err == nil) != readable {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// database is a connection of another program.
func database(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "redial.db")+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := open(t, store.Options{Dir: dir}).Close(); err != nil {
		t.Fatal(err)
	}
	_, err := database(t, dir).ExecContext(t.Context(), `INSERT INTO migrations (version_id, is_applied) VALUES (1000, 1)`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), store.Options{Dir: dir}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("the error is %v", err)
	}
}

// A command of a newer version does not change the tables under a running
// server of an older one.
func TestTablesStayWhileServerRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := open(t, store.Options{Dir: dir, Exclusive: true})
	_, err := database(t, dir).ExecContext(t.Context(), `DELETE FROM migrations WHERE version_id = (SELECT max(version_id) FROM migrations)`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), store.Options{Dir: dir})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "up to date") {
		t.Errorf("the error is %v", err)
	}
	if _, err := server.Generation(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestForeignFileIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "redial.db"), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), store.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("the error is %v", err)
	}
}

// While another program holds the database, callers get an error in bounded
// time; afterwards all goes on. Reading is not affected.
func TestHeldDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir, Exclusive: true, LockWait: 20 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	first := executionBatches(ulid.Make().String(), 2)
	if err := appendBatch(s, first[0]); err != nil {
		t.Fatal(err)
	}
	holder, err := database(t, dir).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := holder.Close(); err != nil {
			t.Error(err)
		}
	})
	statement := func(text string) {
		t.Helper()
		if _, err := holder.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	statement("BEGIN IMMEDIATE")
	const waiters = 1000
	results := make(chan error, waiters+1)
	for range waiters {
		s.Append(executionBatches(ulid.Make().String(), 1)[0], func(err error) { results <- err })
	}
	s.Append(first[1], func(err error) { results <- err })
	for range waiters + 1 {
		if err := <-results; !errors.Is(err, store.ErrBusy) {
			t.Fatalf("the error is %v", err)
		}
	}
	if x, err := s.Execution(t.Context(), first[0].Execution.ID); err != nil || x.LastSeq != 2 {
		t.Errorf("reading meanwhile: %v, %v", x, err)
	}
	statement("ROLLBACK")
	if err := appendBatch(s, first[1]); err != nil {
		t.Error(err)
	}
}

func TestOpenStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Open(ctx, store.Options{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	s := open(t, store.Options{Dir: t.TempDir()})
	b := executionBatches(ulid.Make().String(), 1)[0]
	b.Answer.Body = make([]byte, 256<<20)
	if err := appendBatch(s, b); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("the error is %v", err)
	}
}
