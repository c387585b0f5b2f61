// Package engine runs flows. It starts executions, carries out what the pure
// core asks for, journals what happened and tells those who wait.
//
// The engine knows no HTTP server, no HTML and no SQL. Whether a caller holds
// the line or not is none of its business either: it always starts an
// execution, and whoever wants the answer waits for it.
//
// # One execution
//
// Every execution that is under way is owned by one goroutine (run.go). It asks
// core.Next what to do, evaluates steps without effects on the spot, and hands
// calls to goroutines of their own. What happens becomes events, which are
// applied to the state and appended to the journal, one batch at a time.
//
// # The journal rule
//
// A call that must not be repeated blindly is made only after its step.started
// is durable, and an answer is given only after its response.stored is. Steps
// without effects ride along in the next batch.
package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"
	"golang.org/x/sync/singleflight"

	"redial/engine/admission"
	"redial/engine/component"
	"redial/engine/core"
	"redial/engine/crashpoint"
	"redial/engine/flow"
	"redial/engine/step"
)

// ErrStopping says that the engine takes no more executions.
var ErrStopping = errors.New("the server is stopping")

// Published is what callers of a flow get at present.
type Published struct {
	VersionID int64
	Number    int
	Settings  flow.Settings
}

// Options are what an engine stands on. All but Limits, Admission, Clock and Logger are
// needed.
type Options struct {
	Journal Journal
	// Library runs drafts and finds built-in steps; published versions bring
	// the manifests of their components with them.
	Library *step.Library
	// Published finds the version that a flow step starts; ErrNotFound.
	Published func(ctx context.Context, slug string) (Published, error)
	// Connection finds a connection with its credentials; ErrNotFound.
	Connection func(ctx context.Context, name string) (*component.Connection, error)
	// Limits bound each execution.
	Limits Limits
	// Admission bounds how many executions run and wait for their turn at once; its
	// zero value does not.
	Admission admission.Limits
	Clock     func() time.Time
	Logger    *slog.Logger
}

// Engine runs executions until Stop.
type Engine struct {
	options  Options
	programs *programs
	feed     *feed
	// coreLimits are those of the options that the core counts.
	coreLimits core.Limits
	room       *admission.Room
	parked     parked
	watch      limitWatch

	// calls is the context of all calls to the outside; it ends when a stopping
	// engine has waited long enough.
	calls      context.Context
	abortCalls context.CancelCauseFunc
	stopping   chan struct{}
	active     sync.WaitGroup
	reopening  singleflight.Group // by execution

	latestID atomic.Uint64 // the time in the newest ID

	mu      sync.Mutex
	running map[string]*run
	stopped bool
}

// New makes an engine. Resume makes it go on with what a former one left.
func New(options Options) *Engine {
	if options.Clock == nil {
		options.Clock = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	options.Limits = options.Limits.orDefault()
	e := &Engine{
		options: options, coreLimits: options.Limits.counted(), feed: newFeed(), running: map[string]*run{}, stopping: make(chan struct{}),
	}
	e.room = admission.New(options.Admission)
	e.programs = newPrograms(options.Journal, options.Library)
	e.calls, e.abortCalls = context.WithCancelCause(context.Background())
	return e
}

// errAborted is why calls end early when the engine stops. Their outcome is not
// recorded; the next start makes them again, or asks a person.
var errAborted = errors.New("the server stopped before the call had ended")

// Stop starts no more calls and waits for those under way to end and to be
// recorded. When ctx ends first, they are aborted. Executions that have not
// ended stay in the journal for the next start.
func (e *Engine) Stop(ctx context.Context) {
	crashpoint.Here(crashpoint.StopBegun)
	e.mu.Lock()
	if !e.stopped {
		e.stopped = true
		close(e.stopping)
	}
	e.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		e.active.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
		e.abortCalls(errAborted)
		<-idle
	}
	e.abortCalls(errAborted)
}

// enter registers a run, unless the engine is stopping. leave ends it.
func (e *Engine) enter(r *run) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return ErrStopping
	}
	e.running[r.record.ID] = r
	e.active.Add(1)
	return nil
}

func (e *Engine) leave(r *run) {
	e.mu.Lock()
	if e.running[r.record.ID] == r {
		delete(e.running, r.record.ID)
	}
	e.mu.Unlock()
	r.vacate()
	e.active.Done()
}

func (e *Engine) find(id string) *run {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.running[id]
}

// Active is the number of executions that are under way here, those that wait for
// their turn among them.
func (e *Engine) Active() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.running)
}

// newID is an execution ID: a ULID, so IDs sort by time and carry 80 random
// bits of their own each. Those of one millisecond therefore have no order among
// them: an ID may be all that a caller needs to read an answer, and one that was
// made by counting up from another could be guessed from it. When the clock is set
// back, IDs wait for it to come up again, so that lists stay in the order in which
// executions began.
func (e *Engine) newID() string {
	now := ulid.Timestamp(e.options.Clock())
	for {
		latest := e.latestID.Load()
		if now <= latest {
			now = latest
			break
		}
		if e.latestID.CompareAndSwap(latest, now) {
			break
		}
	}
	return ulid.MustNew(now, rand.Reader).String()
}
