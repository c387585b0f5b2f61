package hook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"redial/engine"
	"redial/engine/caller"
	"redial/engine/flowfile"
	"redial/engine/step"
	"redial/store"
	"redial/web/header"
	"redial/web/reply"
)

// guards remembers what callers of hooks are checked against, so that a call need
// not ask the database. Whatever changes connections raises the store's
// generation, as with published flows.
type guards struct {
	server *Server

	mu         sync.Mutex
	generation int64
	byName     map[string]guarded
}

// guarded is the guard that a connection makes, or why it makes none.
type guarded struct {
	guard *caller.Guard
	err   error
}

func newGuards(s *Server) *guards { return &guards{server: s, byName: map[string]guarded{}} }

// get is the guard of a hook. There is none, and err says why for the log, if
// the connection is gone, cannot be read, or holds credentials of another kind:
// then nobody gets in.
func (g *guards) get(ctx context.Context, auth step.Auth) (*caller.Guard, error) {
	generation, err := g.server.published.Generation(ctx)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	if generation > g.generation {
		clear(g.byName)
		g.generation = generation
	}
	known, found := g.byName[auth.Connection]
	g.mu.Unlock()
	if !found {
		known.guard, known.err = g.read(ctx, auth.Connection)
		if known.err != nil && (ctx.Err() != nil || store.MayPass(known.err)) {
			return nil, known.err
		}
		g.keep(generation, auth.Connection, known)
	}
	if known.err == nil && known.guard.Kind() != auth.Type {
		known.err = fmt.Errorf("the connection %s is for %s, and callers come with %s", auth.Connection, known.guard.Kind(), auth.Type)
	}
	return known.guard, known.err
}

// keep remembers what was read, and logs once what is wrong with it.
func (g *guards) keep(generation int64, name string, read guarded) {
	g.mu.Lock()
	_, found := g.byName[name]
	if generation == g.generation {
		g.byName[name] = read
	}
	g.mu.Unlock()
	if read.err != nil && !found {
		g.server.Logger.Warn("callers of a hook cannot be checked, so nobody is let in", "connection", name, "error", read.err)
	}
}

func (g *guards) read(ctx context.Context, name string) (*caller.Guard, error) {
	connection, err := g.server.store.Connection(ctx, name)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, fmt.Errorf("there is no connection %s", name)
	}
	if err != nil {
		return nil, err
	}
	return caller.New(connection.Component, connection.Fields)
}

// guardPause is what callers are asked to wait before they try again, where a
// person has to mend something first.
const guardPause = 30 * time.Second

// guardOf is the guard of a hook; nil: whoever knows the URL may call.
func (s *Server) guardOf(ctx context.Context, auth step.Auth) (*caller.Guard, *reply.Problem) {
	if auth.Open() {
		return nil, nil
	}
	guard, err := s.guards.get(ctx, auth)
	switch {
	case err == nil:
		return guard, nil
	case store.MayPass(err):
		return nil, &reply.Problem{Type: "unavailable", RetryAfter: reply.ShortPause}
	default:
		return nil, &reply.Problem{Type: "credentials-unavailable", RetryAfter: guardPause}
	}
}

// refuseStranger is the problem of a caller whom a guard has refused; nil if err
// is.
func refuseStranger(guard *caller.Guard, slug string, err error) *reply.Problem {
	if err == nil {
		return nil
	}
	return &reply.Problem{Type: "credentials-required", Detail: reply.Sentence(err.Error()), Challenge: guard.Challenge(slug, err)}
}

// seen is what a guard looks at of a request.
func seen(r *http.Request) caller.Call {
	return caller.Call{Header: r.Header, Query: r.URL.RawQuery}
}

// bare is a request without the credentials that a guard looks at.
func bare(r *http.Request, guard *caller.Guard) *http.Request {
	left := guard.Withhold(seen(r))
	bare := r.Clone(r.Context())
	bare.Header, bare.URL.RawQuery = left.Header, left.Query
	bare.RequestURI = "" // the query stands in it as well
	return bare
}

// signed says that callers of the flow sign their messages.
func (c *call) signed() bool { return c.guard != nil && c.guard.Kind() == step.AuthSignature }

// admit checks what of a caller's credentials can be checked before the body is
// read: all but signatures.
func (c *call) admit(r *http.Request) *reply.Problem {
	if c.guard == nil {
		return nil
	}
	return refuseStranger(c.guard, c.slug, c.guard.Admit(seen(r), time.Now()))
}

// verify checks the signature of the body, and makes the call one without
// credentials: nothing behind here sees them. A signed message that is delivered
// again is a repeat, by its identifier, if it comes with no other key.
func (c *call) verify(r *http.Request, key string, keyed bool) (*http.Request, string, bool, *reply.Problem) {
	if c.guard == nil {
		return r, key, keyed, nil
	}
	if refusal := refuseStranger(c.guard, c.slug, c.guard.Verify(seen(r), c.data, time.Now())); refusal != nil {
		return nil, "", false, refusal
	}
	if id := c.guard.MessageID(r.Header); !keyed && id != "" {
		if key, keyed = header.ParseKey(id); !keyed {
			return nil, "", false, badKey("webhook-id")
		}
	}
	return bare(r, c.guard), key, keyed, nil
}

// withhold is a call without the credentials that its flow asks for, as it is
// published and as its draft is.
func (s *Server) withhold(r *http.Request, slug string) *http.Request {
	for _, auth := range s.authsOf(r.Context(), slug) {
		if auth.Open() {
			continue
		}
		// One of another kind than the flow asks for may be what is sent all the same.
		if guard, _ := s.guards.get(r.Context(), auth); guard != nil {
			r = bare(r, guard)
		}
	}
	return r
}

// authsOf are what a flow asks of its callers, published and as a draft.
func (s *Server) authsOf(ctx context.Context, slug string) []step.Auth {
	var auths []step.Auth
	if _, trigger, refusal := s.find(ctx, slug); refusal == nil {
		auths = append(auths, trigger.Auth)
	}
	if draft, err := s.store.Draft(ctx, slug); err == nil {
		if document, err := flowfile.Read(draft.Source); err == nil {
			auths = append(auths, step.AuthOf(document.Flow.Trigger.With))
		}
	}
	return auths
}
