package static_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The tests of the browser code that need no browser run in Node.
func TestScripts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	files, err := filepath.Glob("test/*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests of scripts were found: %v", err)
	}
	out, err := exec.CommandContext(ctx, "node", append([]string{"--test"}, files...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("the tests of the scripts fail (%v); `node --test static/test/*.test.mjs` runs them alone:\n%s", err, out)
	}
}
