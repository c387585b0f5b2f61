package refusal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"

	"redial/engine/schema"
	"redial/store"
	"redial/web/hook"
	"redial/web/refusal"
	"redial/web/reply"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counted is a store that counts what is written to it, and can fail.
type counted struct {
	*store.Store

	writes  atomic.Int64
	largest atomic.Int64
	failing atomic.Bool
}

var errNoRoom = errors.New("the disk is full")

func (c *counted) AddRefusals(ctx context.Context, refusals []store.Refusal) error {
	c.writes.Add(1)
	c.largest.Store(max(c.largest.Load(), int64(len(refusals))))
	if c.failing.Load() {
		return errNoRoom
	}
	return c.Store.AddRefusals(ctx, refusals)
}

func open(t *testing.T, slugs ...string) *counted {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, slug := range slugs {
		if _, _, err := s.PutDraft(t.Context(), slug, slug, []byte("x"), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Publish(t.Context(), store.Publication{Slug: slug, Content: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	return &counted{Store: s}
}

func refused(slug, detail string) *hook.Refusal {
	return &hook.Refusal{Flow: slug, Problem: &reply.Problem{Type: "bad-request", Detail: detail}, ContentType: "text/plain", Caller: "192.0.2.1"}
}

// kept are the refusals of a flow, and how many calls they stand for.
func (c *counted) kept(t *testing.T, slug string) ([]store.Refusal, int64) {
	t.Helper()
	refusals, err := c.Refusals(t.Context(), slug, 0)
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for i := range refusals {
		total += refusals[i].Count
	}
	return refusals, total
}

func TestAFloodCostsFewWrites(t *testing.T) {
	t.Parallel()
	const callers, calls, every = 640, 20, 50 * time.Millisecond
	s := open(t, "f", "g")
	l := refusal.New(refusal.Options{Store: s, Every: every})
	ctx, stop := context.WithCancel(t.Context())
	began := time.Now()
	var running, calling sync.WaitGroup
	running.Go(func() { l.Run(ctx) })
	for i := range callers {
		calling.Go(func() {
			for j := range calls {
				l.Add(refused("f", "One reason."))
				l.Add(refused("g", fmt.Sprint("Reason ", i, " ", j))) // as many kinds as there are calls
				l.Add(refused("", "Of nothing that is published."))
			}
		})
	}
	calling.Wait()
	stop()
	running.Wait()
	// One batch every so often, the one at the end, and each in turns of the writer.
	if batches := int64(time.Since(began)/every) + 2; s.writes.Load() > batches || s.largest.Load() > 100 {
		t.Errorf("there were %d writes of up to %d kinds, not %d", s.writes.Load(), s.largest.Load(), batches)
	}
	one, total := s.kept(t, "f")
	if len(one) != 1 || total != callers*calls || one[0].Status != 400 || one[0].Caller != "192.0.2.1" {
		t.Errorf("of one kind there is %+v", one)
	}
	many, total := s.kept(t, "g")
	if rest := many[len(many)-1]; len(many) > store.MaxRefusals+1 || total != callers*calls || rest.Type != "" || rest.Detail != "" {
		t.Errorf("of many kinds %d are kept, for %d calls; the last is %+v", len(many), total, many[len(many)-1])
	}
}

func TestWhatIsCountedAtOnceIsBounded(t *testing.T) {
	t.Parallel()
	var slugs []string
	for i := range 40 {
		slugs = append(slugs, fmt.Sprint("f", i))
	}
	s := open(t, slugs...)
	l := refusal.New(refusal.Options{Store: s})
	const kinds = 100
	for i := range kinds {
		for _, slug := range slugs {
			l.Add(refused(slug, fmt.Sprint("Reason ", i)))
		}
	}
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, slug := range slugs {
		refusals, total := s.kept(t, slug)
		found += len(refusals)
		if total != kinds {
			t.Errorf("of %s %d calls are counted", slug, total)
		}
	}
	if most := 512 + len(slugs); found > most {
		t.Errorf("%d kinds were kept in memory, more than %d", found, most)
	}
	// Nothing is left to be written.
	writes := s.writes.Load()
	if err := l.Flush(t.Context()); err != nil || s.writes.Load() != writes {
		t.Errorf("what was stored is stored again: %v", err)
	}
}

func TestNothingIsLostWhileTheStoreFails(t *testing.T) {
	t.Parallel()
	s := open(t, "f")
	l := refusal.New(refusal.Options{Store: s, Every: time.Millisecond})
	s.failing.Store(true)
	l.Add(refused("f", "One reason."))
	first := time.Now()
	for i := range 299 {
		l.Add(refused("f", fmt.Sprint("Reason ", i)))
		l.Add(refused("f", "One reason."))
		if err := l.Flush(t.Context()); !errors.Is(err, errNoRoom) {
			t.Fatal(err)
		}
	}
	s.failing.Store(false)
	ended, stop := context.WithCancel(t.Context())
	stop()
	l.Run(ended) // what is there at the end is stored
	refusals, total := s.kept(t, "f")
	if len(refusals) != 33 || total != 599 {
		t.Errorf("%d kinds of %d calls are kept", len(refusals), total)
	}
	for i := range refusals {
		if r := &refusals[i]; r.Detail == "One reason." && (r.Count != 300 || !r.First.Before(first) || r.Last.Before(first)) {
			t.Errorf("since before %s there is %+v", first, r)
		}
	}
}

func TestWhatIsKeptIsShortAndPlain(t *testing.T) {
	t.Parallel()
	s := open(t, "f")
	l := refusal.New(refusal.Options{Store: s})
	r := refused("f", "quoted: hunter2")
	r.Problem.Kept = "a\x00b\x1b[31m\u202ec\xff " + strings.Repeat("é", 5000)
	r.ContentType, r.Caller = strings.Repeat("x", 500), "fe80::1%\n"+strings.Repeat("z", 500)
	for i := range 50 {
		r.Problem.Violations = append(r.Problem.Violations, schema.Violation{
			Pointer: "/hunter2", Detail: "hunter2", Place: fmt.Sprint("/", strings.Repeat("ä", i*50)), Rule: strings.Repeat("ß", 500),
		})
	}
	l.Add(r)
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	refusals, _ := s.kept(t, "f")
	if len(refusals) != 1 || len(refusals[0].Places) != 5 || !strings.HasPrefix(refusals[0].Detail, "a b [31m c ") {
		t.Fatalf("it is %+v", refusals)
	}
	bounds := map[string]int{refusals[0].Detail: 400, refusals[0].ContentType: 80, refusals[0].Caller: 80}
	for _, p := range refusals[0].Places {
		bounds[p.Pointer], bounds[p.Detail] = 120, 160
	}
	for text, most := range bounds {
		if len(text) > most || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\x00\x1b\u202e\ufffd") || strings.Contains(text, "hunter2") {
			t.Errorf("%d bytes, not %d: %q", len(text), most, text)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	l := refusal.New(refusal.Options{})
	r := refused("f", "The API key in the header X-API-Key is not one that this flow takes.")
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l.Add(r)
		}
	})
}
