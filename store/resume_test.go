package store_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/store"
)

func init() { childTasks["claim until killed"] = claimUntilKilled }

// An execution that was claimed by servers that died is counted as long as
// nothing more is stored of it. A stop in order clears the count.
func TestResumesAreCounted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	batches := executionBatches(ulid.Make().String(), 2)
	s := open(t, store.Options{Dir: dir, Exclusive: true})
	if err := appendBatch(s, batches[0]); err != nil {
		t.Fatal(err)
	}
	id := batches[0].Execution.ID
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	claimed := func() engine.Resumes {
		t.Helper()
		s := open(t, store.Options{Dir: dir, Exclusive: true})
		if _, err := s.Claim(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		n, err := s.Resumes(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := claimed(); n != (engine.Resumes{}) {
		t.Errorf("after a stop in order it is %+v", n)
	}
	claimAndDie(t, dir)
	claimAndDie(t, dir)
	if n := claimed(); n != (engine.Resumes{Unclean: 2, Tried: 1}) {
		t.Errorf("after two deaths it is %+v", n)
	}
	if n := claimed(); n != (engine.Resumes{}) {
		t.Errorf("after another stop in order it is %+v", n)
	}
	for range 5 {
		claimAndDie(t, dir)
	}
	for range 2 {
		if n := claimed(); n != (engine.Resumes{Unclean: 5, Tried: 4}) {
			t.Errorf("after five deaths it is %+v", n)
		}
	}
}

func claimAndDie(t *testing.T, dir string) {
	t.Helper()
	c := command(t, "claim until killed", dir)
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("reading %q: %v", line, err)
	}
	_ = c.Process.Kill()
	_ = c.Wait() // it was killed
}

func claimUntilKilled(ctx context.Context, dir string, output io.Writer) error {
	s, err := store.Open(ctx, store.Options{Dir: dir, Exclusive: true})
	if err != nil {
		return err
	}
	ids, err := s.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := s.Claim(ctx, id); err != nil {
			return err
		}
		resumes, err := s.Resumes(ctx, id)
		if err != nil {
			return err
		}
		if resumes.Unclean > 0 {
			if err := s.Try(ctx, id); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(output, id); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}
