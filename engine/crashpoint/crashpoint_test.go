package crashpoint_test

import (
	"testing"

	"redial/engine/crashpoint"
)

// Every point has a name of its own, by which tests arm it.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, p := range crashpoint.All() {
		if found, err := crashpoint.Find(p.String()); err != nil || found != p || p.String() == "" {
			t.Errorf("point %d is called %q, which is point %d: %v", p, p, found, err)
		}
	}
	if _, err := crashpoint.Find("nowhere"); err == nil {
		t.Error("a point without a name was found")
	}
}

// What a point costs where nothing is armed.
func BenchmarkHere(b *testing.B) {
	for b.Loop() {
		crashpoint.Here(crashpoint.CommitBefore)
	}
}
