// Package web is everything that speaks HTTP to people and to the programs of those
// who build flows: pages, the management API and the sockets of live events. The
// callers of flows are served by web/hook, which it puts together with the rest.
//
// It runs no steps and holds no SQL.
package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"

	"github.com/alexedwards/scs/v2"

	"redial/designer"
	"redial/engine"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/static"
	"redial/store"
	"redial/web/callback"
	"redial/web/hook"
	"redial/web/published"
	"redial/web/ratelimit"
	"redial/web/refusal"
	"redial/web/relay"
	"redial/web/reply"
)

// Options are what a server stands on.
type Options struct {
	Store  *store.Store
	Engine *engine.Engine
	// Library is what drafts are checked and tested with. Components that were
	// added at run time come on top.
	Library *step.Library
	// Client makes the requests that test connections.
	Client *outbound.Client
	// PublicURL is the origin under which callers reach the server:
	// https://flows.example.com.
	PublicURL *url.URL
	// APIToken is a token with the owner's rights, from the environment; empty:
	// none.
	APIToken string
	// Bounds are how much callers may ask of the server at once.
	Bounds hook.Bounds
	Logger *slog.Logger
}

// Server answers HTTP requests. Its Handler may be used until the engine has
// stopped.
type Server struct {
	*reply.Writer

	store     *store.Store
	engine    *engine.Engine
	workshop  *workshop
	apiToken  string
	proxies   []netip.Prefix // of ours, between us and callers
	published *published.Flows
	hooks     *hook.Server
	refusals  *refusal.Log
	metrics   *metrics
	sockets   *sockets
	sessions  *scs.SessionManager
	signIns   ratelimit.Buckets // those that fail, by address
	client    *outbound.Client
	checked   *checkedDrafts
	drawings  *drawings
	editor    *designer.Editor
	captures  *captures
	callbacks *callback.Deliverer
	relays    *relay.Hub
	paces     paces
	choices   choiceTitles
	runs      dataRunCache
}

// New makes a server.
func New(options Options) *Server {
	s := &Server{
		Writer: &reply.Writer{Public: options.PublicURL, Logger: cmp.Or(options.Logger, slog.Default())},
		store:  options.Store, engine: options.Engine, workshop: &workshop{base: options.Library, store: options.Store},
		apiToken: options.APIToken, proxies: options.Bounds.Proxies,
		published: published.New(options.Store), sockets: newSockets(),
		sessions: newSessions(options.Store, options.PublicURL.Scheme == "https"),
		client:   options.Client, checked: &checkedDrafts{}, drawings: &drawings{},
		editor: designer.NewEditor(Drafts{options.Store}), captures: newCaptures(), relays: relay.NewHub(),
		metrics: newMetrics(options.Engine),
	}
	s.refusals = refusal.New(refusal.Options{Store: options.Store, Logger: s.Logger})
	s.hooks = s.newHooks(options.Bounds)
	s.Missing = s.hooks.Gone
	s.callbacks = s.newCallbacks()
	return s
}

// Handler routes requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.hooks.Route(mux)
	s.routePublic(mux)
	s.routeAPI(mux)
	s.routeOperations(mux)
	s.routeSessions(mux)
	s.routePages(mux)
	s.routeFlowPages(mux)
	s.routeExpressions(mux)
	mux.Handle("/api/", s.authenticated(s.otherwise(mux)))
	mux.HandleFunc("/", s.otherwise(mux))
	return s.recovered(unhurried(s.hooks.Handler(compressed(mux))))
}

// newHooks makes the callers' side of the server.
func (s *Server) newHooks(bounds hook.Bounds) *hook.Server {
	return hook.New(hook.Options{
		Store: s.store, Engine: s.engine, Published: s.published, Writer: s.Writer, Bounds: bounds,
		Library: func(ctx context.Context) (*step.Library, error) {
			current, err := s.workshop.get(ctx)
			if err != nil {
				return nil, err
			}
			return current.Library, nil
		},
		Identify: s.identify, Page: s.showExecution, Sampler: s.captures, Closing: s.sockets.closing,
		Refused: func(r *hook.Refusal) {
			s.metrics.refused(r.Problem)
			s.refusals.Add(r)
		},
		Counted: func(next http.HandlerFunc) http.HandlerFunc { return s.metrics.counted("hook", next) },
	})
}

// routePublic are the URLs for everybody, beside those of callers.
func (s *Server) routePublic(mux *http.ServeMux) {
	mux.HandleFunc("GET /problems/{type}", s.problemPage)
	mux.Handle("GET "+static.Base(), static.Handler())
}

// routeAPI are the URLs for which one has to be somebody.
func (s *Server) routeAPI(mux *http.ServeMux) {
	handle := func(pattern string, handler http.HandlerFunc) {
		mux.Handle(pattern, s.authenticated(handler))
	}
	handle("GET /api/flows", s.listFlows)
	handle("GET /api/flows/{slug}", s.getFlow)
	handle("PUT /api/flows/{slug}", s.putFlow)
	handle("PATCH /api/flows/{slug}", s.patchFlow)
	handle("DELETE /api/flows/{slug}", s.deleteFlow)
	handle("POST /api/flows/{slug}/publish", s.publishFlow)
	handle("GET /api/flows/{slug}/refusals", s.listRefusals)
	handle("POST /api/flows/{slug}/test", s.testFlow)
	handle("GET /api/executions", s.listExecutions)
	handle("GET /api/executions/{id}", s.getExecution)
	handle("DELETE /api/executions/{id}", s.deleteExecution)
	handle("GET /api/executions/{id}/events", s.listEvents)
	handle("POST /api/executions/{id}/cancel", s.hooks.Cancel)
	handle("POST /api/executions/{id}/rerun", s.rerunExecution)
	handle("POST /api/executions/{id}/resume", s.resumeExecution)
	handle("POST /api/executions/{id}/callback", s.sendCallbackAgain)
	handle("POST /api/flows/{slug}/callback/test", s.testCallback)
	handle("GET /api/connections", s.listConnections)
	handle("GET /api/connections/{name}", s.getConnection)
	handle("PUT /api/connections/{name}", s.putConnection)
	handle("DELETE /api/connections/{name}", s.deleteConnection)
	handle("GET /api/components", s.listComponents)
	handle("PUT /api/components/{name}", s.putComponent)
	handle("GET /api/callbacks/live", s.liveCallbacks)
	handle("GET /executions/{id}/live", s.liveExecution)
	handle("GET /flows/{slug}/live", s.liveFlow)
}

// recovered turns a panic of a handler into a 500 without showing anything of
// it.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(cause)
				}
				s.Logger.Error("a handler panicked", "path", r.URL.Path, "panic", cause, "stack", string(debug.Stack()))
				s.Problem(w, r, &reply.Problem{Type: "internal"})
			}
		}()
		next.ServeHTTP(w, r)
	})
}
