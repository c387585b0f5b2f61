package web

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"

	"redial/designer"
	"redial/engine/caller"
	"redial/engine/check"
	"redial/engine/component"
	"redial/engine/step"
	"redial/store"
)

// workshop is what drafts are checked against: the built-in steps and
// components, those that were added at run time, and the connections. It is put
// together again when the store has changed.
type workshop struct {
	base  *step.Library
	store *store.Store

	mu         sync.Mutex
	generation int64
	current    *designer.Workshop
}

func (l *workshop) get(ctx context.Context) (*designer.Workshop, error) {
	generation, err := l.store.Generation(ctx)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current != nil && l.generation == generation {
		return l.current, nil
	}
	current, err := OpenWorkshop(ctx, l.base, l.store)
	if err != nil {
		return nil, err
	}
	// Most changes of the store are of drafts. Those who remember what they
	// found with this workshop go on doing so.
	if l.current == nil || !sameWorkshop(l.current, current) {
		l.current = current
	}
	l.generation = generation
	return l.current, nil
}

// sameWorkshop reports whether two find the same in a draft.
func sameWorkshop(a, b *designer.Workshop) bool {
	return maps.Equal(a.Connections, b.Connections) && maps.Equal(a.Credentials, b.Credentials) &&
		maps.Equal(a.Accounts, b.Accounts) && slices.EqualFunc(
		a.Library.Catalogue().Components(), b.Library.Catalogue().Components(),
		func(x, y *component.Component) bool { return x.Hash == y.Hash })
}

// OpenWorkshop is what drafts are checked against with what a store holds now.
func OpenWorkshop(ctx context.Context, base *step.Library, s *store.Store) (*designer.Workshop, error) {
	added, err := s.Components(ctx)
	if err != nil {
		return nil, err
	}
	library, err := designer.Library(base, added)
	if err != nil {
		return nil, err
	}
	stored, err := s.Connections(ctx)
	if err != nil {
		return nil, err
	}
	connections := map[string]string{}
	credentials := map[string]check.Credential{}
	accounts := make(map[string]check.Account, len(stored))
	for _, c := range stored {
		connections[c.Name] = c.Component
		accounts[c.Name] = accountOf(library.Catalogue(), &c)
		if caller.Holds(c.Component) {
			credentials[c.Name] = credentialOf(&c)
		}
	}
	return &designer.Workshop{Library: library, Connections: connections, Credentials: credentials, Accounts: accounts}, nil
}

// accountOf is what a connection holds for steps that call with it.
func accountOf(catalogue *component.Catalogue, c *store.Connection) check.Account {
	account := check.Account{Component: c.Component}
	switch owner, err := catalogue.Component(c.Component); {
	case err != nil || owner.Connection == nil:
		account.Fault = "for " + c.Component + ", which is not here any more"
	default:
		account.Host, account.Fault = owner.Connection.Host(c.Fields), owner.Connection.Fault(c.Fields)
		if wrong := caller.Check(c.Component, c.Fields); wrong != nil && account.Fault == "" {
			account.Fault = "not in order: " + wrong.Message
		}
	}
	return account
}

// credentialOf is what a connection holds of callers of hooks.
func credentialOf(c *store.Connection) check.Credential {
	held := check.Credential{Kind: step.AuthSignature}
	scheme, _ := c.Fields["scheme"].(string)
	if c.Component == step.SignatureComponent {
		held.Scheme = cmp.Or(scheme, step.CallbackScheme)
	} else {
		held.Kind = cmp.Or(scheme, step.AuthBearer)
	}
	if _, err := caller.New(c.Component, c.Fields); err != nil {
		held.Fault = err.Error()
	}
	return held
}

// currentWorkshop is what drafts are checked against now. It answers itself when
// that cannot be told.
func (s *Server) currentWorkshop(w http.ResponseWriter, r *http.Request) (*designer.Workshop, bool) {
	current, err := s.workshop.get(r.Context())
	if err != nil {
		s.Fail(w, r, "reading components and connections", err)
	}
	return current, err == nil
}

// ConnectionSpec says how connections of a component sign in. It is nil for one
// that is not there any more.
func (s *Server) ConnectionSpec(ctx context.Context, name string) (*component.ConnectionSpec, error) {
	current, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := current.Library.Catalogue().Component(name)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // what a step makes of that is its own affair
	}
	return owner.Connection, nil
}
