package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redial/store"
)

// Whoever starts the program on a folder that is of no use is told what to do.
func TestUselessFolder(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  error
	}{
		"a text instead of the database": {func(t *testing.T, dir string) {
			t.Helper()
			put(t, filepath.Join(dir, "redial.db"), strings.Repeat("no database ", 1000))
		}, store.ErrCorrupt},
		"a folder instead of the database": {func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Mkdir(filepath.Join(dir, "redial.db"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, nil},
		"pages that were overwritten": {func(t *testing.T, dir string) {
			t.Helper()
			if err := open(t, store.Options{Dir: dir, Exclusive: true}).Close(); err != nil {
				t.Fatal(err)
			}
			file, err := os.OpenFile(filepath.Join(dir, "redial.db"), os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			for page := int64(1); page < 40; page++ {
				if _, err := file.WriteAt([]byte(strings.Repeat("\xde\xad", 2048)), page*4096); err != nil {
					t.Fatal(err)
				}
			}
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
		}, store.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			tc.spoil(t, dir)
			s, err := store.Open(t.Context(), store.Options{Dir: dir, Exclusive: true})
			if err == nil {
				t.Fatal(s.Close())
			}
			if !strings.Contains(err.Error(), dir) || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("the error is %v", err)
			}
			t.Log(err)
		})
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
