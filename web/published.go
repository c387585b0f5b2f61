package web

import (
	"context"
	"sync"
	"time"

	"redial/store"
)

// publishedFlows remembers what is published, so that a call need not ask the
// database. Commands that run beside the server change it too, so the store's
// generation is compared, at most once a freshness.
type publishedFlows struct {
	store *store.Store

	mu         sync.Mutex
	compared   time.Time
	changes    int // how often changed was called
	generation int64
	flows      map[string]*store.Published
}

// freshness is how long a look at the generation serves for all calls. Whoever
// publishes by a command and calls next takes longer than that.
const freshness = time.Millisecond

func newPublishedFlows(s *store.Store) *publishedFlows {
	return &publishedFlows{store: s, flows: map[string]*store.Published{}}
}

// get is what is published under a slug; engine.ErrNotFound.
func (p *publishedFlows) get(ctx context.Context, slug string) (*store.Published, error) {
	generation, err := p.refresh(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	known := p.flows[slug]
	p.mu.Unlock()
	if known != nil {
		return known, nil
	}
	published, err := p.store.Published(ctx, slug)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.generation == generation {
		p.flows[slug] = published
	}
	return published, nil
}

// refresh forgets everything if something was changed since the last look.
func (p *publishedFlows) refresh(ctx context.Context) (int64, error) {
	p.mu.Lock()
	generation, changes, fresh := p.generation, p.changes, time.Since(p.compared) < freshness
	p.mu.Unlock()
	if fresh {
		return generation, nil
	}
	now := time.Now()
	generation, err := p.store.Generation(ctx)
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if generation != p.generation {
		clear(p.flows)
		p.generation = generation
	}
	// A look from before a change must not pass for one from after it.
	if changes == p.changes && now.After(p.compared) {
		p.compared = now
	}
	return generation, nil
}

// changed makes the next call look at the generation again: something was
// changed by this very server.
func (p *publishedFlows) changed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changes++
	p.compared = time.Time{}
}
