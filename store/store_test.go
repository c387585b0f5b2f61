package store_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"redial/store"
	"redial/store/conformance"
)

func TestMain(m *testing.M) {
	if task := os.Getenv(childTask); task != "" {
		os.Exit(child(task))
	}
	goleak.VerifyTestMain(m)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t testing.TB, dir string) conformance.Store {
		t.Helper()
		return open(t, store.Options{Dir: dir})
	})
}

// open opens a store and closes it after the test, unless the test has.
func open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
