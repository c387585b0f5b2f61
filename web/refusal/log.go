package refusal

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
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

	mu     sync.Mutex
	kinds  map[key]*store.Refusal
	ofFlow map[string]int // kinds, without the rest
}

// key tells kinds apart.
type key struct {
	flow string
	kind store.RefusalKind
}

// New makes a log.
func New(o Options) *Log {
	o.Logger = cmp.Or(o.Logger, slog.Default())
	o.Every = cmp.Or(o.Every, flushEvery)
	l := &Log{options: o, some: make(chan struct{}, 1)}
	l.empty()
	return l
}

func (l *Log) empty() { l.kinds, l.ofFlow = map[key]*store.Refusal{}, map[string]int{} }

// Add counts a refusal. It waits for nothing. One of no published flow is passed over.
func (l *Log) Add(r *hook.Refusal) {
	if r.Flow == "" {
		return
	}
	entry := newEntry(r, time.Now())
	k := key{r.Flow, entry.Kind()}
	l.mu.Lock()
	l.count(k, entry)
	l.mu.Unlock()
	l.wake()
}

// count counts under a kind, or with the rest of the flow where there is no room for
// one more.
func (l *Log) count(k key, entry *store.Refusal) {
	if known := l.kinds[k]; known != nil {
		known.Add(entry)
		return
	}
	if entry.Type == "" {
		l.kinds[k] = entry
		return
	}
	if l.ofFlow[k.flow] < maxOfFlow && len(l.kinds) < maxKinds {
		l.ofFlow[k.flow]++
		l.kinds[k] = entry
		return
	}
	rest := entry.Rest()
	l.count(key{k.flow, rest.Kind()}, &rest)
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
	for _, entry := range kinds {
		taken = append(taken, *entry)
	}
	slices.SortFunc(taken, func(a, b store.Refusal) int { return a.Last.Compare(b.Last) })
	return taken
}

// putBack counts what could not be stored again, on top of what has come since.
func (l *Log) putBack(left []store.Refusal) {
	l.mu.Lock()
	for i := range left {
		l.count(key{left[i].Flow, left[i].Kind()}, &left[i])
	}
	l.mu.Unlock()
	l.wake()
}
