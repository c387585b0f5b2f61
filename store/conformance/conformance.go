// Package conformance says what a store must do, as tests that run against any
// of them. A new kind of database is one more caller of Run.
//
// It tests through the public interface alone. What belongs to one kind, as
// files, locks and keys, is tested beside that kind.
package conformance

import (
	"context"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// Store is what a store offers. store.Store documents the methods.
type Store interface {
	engine.Journal

	Endings(ctx context.Context, id string, limit int, bytes *int64, wanted func(*flow.Event, int) bool) ([]flow.Event, error)
	Outline(ctx context.Context, id string, after int64, limit int) ([]flow.Event, error)
	SweepBlobs(ctx context.Context, limit int) (int, error)
	RequestWithin(ctx context.Context, id string, bytes int) (*flow.Request, int, error)
	Executions(ctx context.Context, q store.ExecutionQuery) ([]flow.Execution, string, error)
	CountExecutions(ctx context.Context, q store.ExecutionQuery, width time.Duration) ([]store.ExecutionCount, bool, error)
	Health(ctx context.Context, slugs []string, from time.Time, hours int) (map[string]*store.Health, error)

	CallKey(ctx context.Context, flow, caller, key string) (*store.CallKey, error)
	SweepCallKeys(ctx context.Context, limit int) (int, error)

	TrustedTime(ctx context.Context) (now, doubted time.Time, err error)
	DropExecutions(ctx context.Context, q store.DropQuery) ([]string, string, error)
	DropExecution(ctx context.Context, id, by string) error
	ClearDropped(ctx context.Context, limit int) (int, error)
	Dropped(ctx context.Context, id string) (*store.Dropped, error)
	SweepDropped(ctx context.Context, before time.Time, limit int) (int, error)

	AddRefusals(ctx context.Context, refusals []store.Refusal) error
	Refusals(ctx context.Context, slug string, limit int) ([]store.Refusal, error)
	CountRefused(ctx context.Context, slug string, since time.Time) (int64, error)
	SweepRefusals(ctx context.Context, before time.Time, limit int) (int, error)

	Draft(ctx context.Context, slug string) (*store.Draft, error)
	Drafts(ctx context.Context, after string, limit int) ([]store.Draft, error)
	SearchDrafts(ctx context.Context, text, after string, limit int) (*store.DraftPage, error)
	PutDraft(ctx context.Context, slug, name string, source []byte, ifMatch *int64) (int64, bool, error)
	WriteDraft(ctx context.Context, w store.DraftWrite) (int64, bool, error)
	EditsSince(ctx context.Context, slug string, since int64) ([]store.Edit, bool, error)
	EditByToken(ctx context.Context, slug, user, token string) (*store.Edit, error)
	LastUndoable(ctx context.Context, slug, user string) (*store.Edit, error)
	LastRedoable(ctx context.Context, slug, user string) (*store.Edit, error)
	DeleteFlow(ctx context.Context, slug string) error
	SetSettings(ctx context.Context, slug string, change func(*flow.Settings), source []byte, ifMatch *int64, edit store.Edit) (int64, error)
	Publish(ctx context.Context, p store.Publication) (*flow.Version, error)
	Freeze(ctx context.Context, slug string, content []byte, components []flow.Manifest) (*flow.Version, error)
	Published(ctx context.Context, slug string) (*store.Published, error)
	Versions(ctx context.Context, slug string) ([]flow.Version, error)
	History(ctx context.Context, slug string, limit int) ([]store.HistoryEntry, error)
	TestPayload(ctx context.Context, slug string) ([]byte, error)
	PutTestPayload(ctx context.Context, slug string, payload []byte) error
	Pin(ctx context.Context, slug, step string) (*store.Pin, error)
	Pins(ctx context.Context, slug string) ([]store.Pin, error)
	PutPin(ctx context.Context, slug string, pin store.Pin) error
	DeletePins(ctx context.Context, slug string, steps ...string) error
	Generation(ctx context.Context) (int64, error)

	PromiseCallback(ctx context.Context, execution, address, secret string) error
	ReleaseCallback(execution string)
	ReleaseCallbacks(ctx context.Context) error
	CallbacksChanged() <-chan struct{}
	Callback(ctx context.Context, execution string) (*store.Callback, error)
	CallbackHosts(ctx context.Context) ([]store.HostDue, error)
	DueCallbacks(ctx context.Context, host string, now time.Time, limit int) ([]store.Callback, error)
	RecordCallback(ctx context.Context, execution string, state store.CallbackState, a store.CallbackAttempt) error
	CallbackAttempts(ctx context.Context, execution string) ([]store.CallbackAttempt, error)
	ResendCallback(ctx context.Context, execution string) (bool, error)

	Connection(ctx context.Context, name string) (*store.Connection, error)
	Connections(ctx context.Context) ([]store.Connection, error)
	PutConnection(ctx context.Context, c store.Connection) error
	DeleteConnection(ctx context.Context, name string) error

	Components(ctx context.Context) ([]flow.Manifest, error)
	PutComponent(ctx context.Context, m flow.Manifest) error

	CreateToken(ctx context.Context, name string) (string, error)
	CheckToken(ctx context.Context, token string) (string, error)
	Tokens(ctx context.Context) ([]store.Token, error)
	DeleteToken(ctx context.Context, name string) error

	AddUser(ctx context.Context, name string) (bool, error)
	HasUsers(ctx context.Context) (bool, error)
	CreateSignInLink(ctx context.Context, user string) (string, error)
	UseSignInLink(ctx context.Context, secret string) (string, error)
	Sessions() *store.Sessions

	Close() error
}

var _ Store = (*store.Store)(nil)

// Open opens the database that belongs to a folder, making it at the first
// time. A folder may be opened more than once, as other processes do. The test
// closes the store.
type Open func(t testing.TB, dir string) Store

// Run runs the suite.
func Run(t *testing.T, open Open) {
	suites := []struct {
		name  string
		tests map[string]func(*testing.T, Open)
	}{
		{"journal", journalTests},
		{"ending", endingTests},
		{"large values", blobTests},
		{"refusals", refusalTests},
		{"executions", executionTests},
		{"keys of calls", callKeyTests},
		{"dropping", dropTests},
		{"refused calls", refusedCallTests},
		{"statistics", statisticsTests},
		{"flows", flowTests},
		{"edits", editTests},
		{"search", searchTests},
		{"versions", versionTests},
		{"history", historyTests},
		{"payloads", payloadTests},
		{"pins", pinTests},
		{"callbacks", callbackTests},
		{"generation", generationTests},
		{"connections", connectionTests},
		{"components", componentTests},
		{"tokens", tokenTests},
		{"users", userTests},
	}
	for _, suite := range suites {
		t.Run(suite.name, func(t *testing.T) {
			t.Parallel()
			for name, test := range suite.tests {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, open)
				})
			}
		})
	}
}

// fresh opens a new database and closes it after the test.
func fresh(t *testing.T, open Open) Store {
	t.Helper()
	return opened(t, open, t.TempDir())
}

func opened(t *testing.T, open Open, dir string) Store {
	t.Helper()
	s := open(t, dir)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}
