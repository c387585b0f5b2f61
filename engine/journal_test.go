package engine_test

import (
	"context"
	"errors"
	"sync"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// errDisk is what an injected fault says.
var errDisk = errors.New("injected: the disk is full")

// journal is the store with faults: appends can be watched, held back, refused
// or lost with the process.
type journal struct {
	*store.Store

	// resumes is what Resumes says of every execution.
	resumes engine.Resumes

	mu     sync.Mutex
	dead   bool
	died   chan struct{}
	count  int
	before func(n int, b engine.Batch) verdict // nil: store
	read   func()                              // called before a summary is read; nil: nothing is
}

// verdict is what becomes of an append.
type verdict struct {
	fail error // refused with this error, not stored
	lose bool  // the process dies before it is stored
	die  bool  // stored, and the process dies before it hears of it
	hold <-chan struct{}
	// tell keeps the engine from hearing of what is stored, of which stored tells.
	tell   <-chan struct{}
	stored chan<- struct{}
}

func newJournal(s *store.Store) *journal { return &journal{Store: s, died: make(chan struct{})} }

// rule decides about appends from now on; n counts them from 1.
func (j *journal) rule(before func(n int, b engine.Batch) verdict) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.before = before
}

// kill makes the process look dead: nothing is stored or confirmed any more.
func (j *journal) kill() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.die()
}

func (j *journal) die() {
	if !j.dead {
		j.dead = true
		close(j.died)
	}
}

func (j *journal) decide(b engine.Batch) (v verdict, dead bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.count++
	if j.dead {
		return verdict{}, true
	}
	if j.before != nil {
		v = j.before(j.count, b)
	}
	if v.lose || v.die {
		j.die()
	}
	return v, v.lose
}

// Append implements engine.Journal. A dead journal fences, so that the engine
// lets go at once, as its process would have.
func (j *journal) Append(b engine.Batch, done func(error)) {
	v, dead := j.decide(b)
	switch {
	case dead:
		done(engine.ErrFenced)
	case v.fail != nil:
		done(v.fail)
	case v.die:
		j.Store.Append(b, func(error) { done(engine.ErrFenced) })
	case v.hold != nil:
		go func() {
			<-v.hold
			j.Store.Append(b, done)
		}()
	case v.tell != nil:
		j.Store.Append(b, func(err error) {
			close(v.stored)
			go func() {
				<-v.tell
				done(err)
			}()
		})
	default:
		j.Store.Append(b, done)
	}
}

// Execution implements engine.Journal.
func (j *journal) Execution(ctx context.Context, id string) (*flow.Execution, error) {
	j.mu.Lock()
	read := j.read
	j.mu.Unlock()
	if read != nil {
		read()
	}
	return j.Store.Execution(ctx, id)
}

// Resumes implements engine.Journal.
func (j *journal) Resumes(context.Context, string) (engine.Resumes, error) { return j.resumes, nil }

// has reports whether a batch has an event of a step; "" is any.
func has(b engine.Batch, kind flow.EventType, stepID string) bool {
	for _, e := range b.Events {
		if e.Type == kind && (stepID == "" || e.Step == stepID) {
			return true
		}
	}
	return false
}
