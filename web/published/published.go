// Package published remembers what is published, for those who need to know it with
// each call.
package published

import (
	"context"
	"sync"
	"time"

	"redial/store"
)

// Flows remembers what is published, so that a call need not ask the database.
// Commands that run beside the server change it too, so the store's generation is
// compared, at most once a freshness.
type Flows struct {
	store *store.Store

	mu         sync.Mutex
	compared   time.Time
	changes    int // how often Changed was called
	generation int64
	flows      map[string]*store.Published

	slugs sync.Map // those of flows, for Known
}

// freshness is how long a look at the generation serves for all calls. Whoever
// publishes by a command and calls next takes longer than that.
const freshness = time.Millisecond

// New makes a memory of what is published in a store. It holds nothing yet.
func New(s *store.Store) *Flows {
	return &Flows{store: s, flows: map[string]*store.Published{}}
}

// Get is what is published under a slug; engine.ErrNotFound.
func (p *Flows) Get(ctx context.Context, slug string) (*store.Published, error) {
	generation, err := p.Generation(ctx)
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
		p.slugs.Store(slug, nil)
	}
	return published, nil
}

// Known reports whether a flow is published, as far as it is remembered. It asks no
// database and waits for nobody.
func (p *Flows) Known(slug string) bool {
	_, known := p.slugs.Load(slug)
	return known
}

// Generation is the generation of the store, which rises with each change of what is
// published and of connections. If it has risen since the last look, all flows are
// forgotten.
func (p *Flows) Generation(ctx context.Context) (int64, error) {
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
		p.slugs.Clear()
		p.generation = generation
	}
	// A look from before a change must not pass for one from after it.
	if changes == p.changes && now.After(p.compared) {
		p.compared = now
	}
	return generation, nil
}

// Changed makes the next call look at the generation again: something was
// changed by this very server.
func (p *Flows) Changed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changes++
	p.compared = time.Time{}
}
