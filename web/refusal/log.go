package refusal

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"redial/store"
	"redial/web/hook"
)

const (
	// flushEvery is the least time between two batches.
	flushEvery = time.Second
	// maxKinds is how many kinds are counted at once, and maxOfFlow how many of them
	// are of one flow. Beyond that there is one counter for each flow that is published.
	maxKinds  = 512
	maxOfFlow = 32
	// batchSize is how many kinds are written in one turn of the store's writer.
	batchSize = 100
)

// Store is where refusals are kept. store.Store documents the method.
type Store interface {
	AddRefusals(ctx context.Context, refusals []store.Refusal) error
}

// Options are what a log stands on. Logger may be nil.
type Options struct {
	Store  Store
	Logger *slog.Logger
	// Every is the least time between two batches; 0: a second.
	Every time.Duration
}

// Log counts refusals until they are stored. Its methods may be called from many
// goroutines.
type Log struct {
	options Options
	some    chan struct{} // there is something to be stored
	writing sync.Mutex    // held by the one who writes

	// mu is held for reading by those who raise a counter that is there, so that they do
	// not queue up for it when many are refused at once.
	mu     sync.RWMutex
	kinds  map[key]*counter
	ofFlow map[string]int // kinds, without the rest
}

// key tells kinds apart.
type key struct {
	flow string
	kind store.RefusalKind
}

// counter counts refusals of a kind.
type counter struct {
	first *store.Refusal
	count atomic.Int64
	last  atomic.Pointer[store.Refusal]
}

func (c *counter) raise(by *store.Refusal) {
	c.count.Add(by.Count)
	if last := c.last.Load(); last == nil || !by.Last.Before(last.Last) {
		c.last.Store(by)
	}
}

// total is what was counted. Nobody counts any more.
func (c *counter) total() store.Refusal {
	total, last := *c.first, *c.last.Load()
	total.Add(&last)
	total.Count = c.count.Load()
	return total
}

// New makes a log.
func New(o Options) *Log {
	o.Logger = cmp.Or(o.Logger, slog.Default())
	o.Every = cmp.Or(o.Every, flushEvery)
	l := &Log{options: o, some: make(chan struct{}, 1)}
	l.empty()
	return l
}

func (l *Log) empty() { l.kinds, l.ofFlow = map[key]*counter{}, map[string]int{} }

// Add counts a refusal. It waits for nothing. One of no published flow is passed over.
func (l *Log) Add(r *hook.Refusal) {
	if r.Flow == "" {
		return
	}
	entry := newEntry(r, time.Now())
	if l.raise(key{r.Flow, entry.Kind()}, entry) {
		return
	}
	l.mu.Lock()
	l.count(entry)
	l.mu.Unlock()
	l.wake()
}

// raise counts a refusal whose counter is there; else it is false.
func (l *Log) raise(k key, entry *store.Refusal) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	known := l.kinds[k]
	if known == nil && l.full(k.flow) {
		entry = entry.Rest()
		known = l.kinds[key{k.flow, entry.Kind()}]
	}
	if known == nil {
		return false
	}
	known.raise(entry)
	return true
}

func (l *Log) full(slug string) bool { return len(l.kinds) >= maxKinds || l.ofFlow[slug] >= maxOfFlow }

// count counts under a kind, or with the rest of the flow where there is no room for
// one more.
func (l *Log) count(entry *store.Refusal) {
	k := key{entry.Flow, entry.Kind()}
	known := l.kinds[k]
	switch {
	case known != nil:
	case entry.Type == "":
		known = &counter{first: entry}
	case l.full(k.flow):
		l.count(entry.Rest())
		return
	default:
		l.ofFlow[k.flow]++
		known = &counter{first: entry}
	}
	if entry.First.Before(known.first.First) {
		known.first = entry // it was put back
	}
	known.raise(entry)
	l.kinds[k] = known
}

func (l *Log) wake() {
	select {
	case l.some <- struct{}{}:
	default:
	}
}

// Run stores what is counted until the context ends, and what is there then.
func (l *Log) Run(ctx context.Context) {
	told := false
	for ctx.Err() == nil {
		select {
		case <-l.some:
		case <-ctx.Done():
			continue
		}
		err := l.Flush(ctx)
		if err != nil && !told {
			l.options.Logger.Warn("calls that were refused could not be counted; it is tried again", "error", err)
		}
		told = err != nil
		select {
		case <-time.After(l.options.Every):
		case <-ctx.Done():
		}
	}
	if err := l.Flush(ctx); err != nil {
		l.options.Logger.Warn("calls that were refused could not be counted", "error", err)
	}
}

// Flush stores what is counted. What cannot be stored stays counted. It goes on when the
// context ends: whether something was stored has to be known, or it would count twice.
func (l *Log) Flush(ctx context.Context) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	ctx = context.WithoutCancel(ctx)
	left := l.take()
	for len(left) > 0 {
		batch := left[:min(len(left), batchSize)]
		if err := l.options.Store.AddRefusals(ctx, batch); err != nil {
			l.putBack(left)
			return err
		}
		left = left[len(batch):]
	}
	return nil
}

// take takes out all that is counted, the oldest first.
func (l *Log) take() []store.Refusal {
	l.mu.Lock()
	kinds := l.kinds
	l.empty()
	l.mu.Unlock()
	taken := make([]store.Refusal, 0, len(kinds))
	for _, counted := range kinds {
		taken = append(taken, counted.total())
	}
	slices.SortFunc(taken, func(a, b store.Refusal) int { return a.Last.Compare(b.Last) })
	return taken
}

// putBack counts what could not be stored again, on top of what has come since.
func (l *Log) putBack(left []store.Refusal) {
	l.mu.Lock()
	for i := range left {
		l.count(&left[i])
	}
	l.mu.Unlock()
	l.wake()
}
