package hook

import (
	"context"
	"net/http"

	"redial/engine"
	"redial/engine/step"
	"redial/store"
	"redial/web/published"
	"redial/web/reply"
)

// Options are what a server of hooks stands on. All of them are needed; the zero value
// of Bounds has no bounds but that of bodies.
type Options struct {
	Store     *store.Store
	Engine    *engine.Engine
	Published *published.Flows
	Writer    *reply.Writer
	Bounds    Bounds
	// Library names the components that the steps of flows use.
	Library func(context.Context) (*step.Library, error)
	// Identify is what to call whoever manages flows, by a session or an API token;
	// empty: it is nobody of those. trusted is false for what may come from a foreign
	// page.
	Identify func(*http.Request) (name string, trusted bool, err error)
	// Page shows the execution in the path of a request as a page, to people who are
	// signed in and want one. For all others it is false, and has answered nothing.
	Page func(http.ResponseWriter, *http.Request) bool
	// Sampler is shown the calls that it wants.
	Sampler Sampler
	// Closing is closed when the server stops. Nobody is kept waiting from then on but
	// those who hold the line.
	Closing <-chan struct{}
	// Refused is told of each call that started nothing. It must not wait for anything:
	// refusing is to be cheap.
	Refused func(*Refusal)
	// Counted is put around the handler of calls, to count its answers.
	Counted func(http.HandlerFunc) http.HandlerFunc
}

// Server takes the calls of published flows, and tells their callers what became of
// them.
type Server struct {
	*reply.Writer

	store     *store.Store
	engine    *engine.Engine
	published *published.Flows
	library   func(context.Context) (*step.Library, error)
	identify  func(*http.Request) (name string, trusted bool, err error)
	page      func(http.ResponseWriter, *http.Request) bool
	sampler   Sampler
	closing   <-chan struct{}
	refused   func(*Refusal)
	counted   func(http.HandlerFunc) http.HandlerFunc

	bounds      *Bounds
	seats       *seats
	intake      *intake
	rates       *rates
	guards      *guards
	lines       *lines
	openCalls   *openCalls
	documents   *documents
	answerTimes answerTimes
}

// New makes a server of hooks.
func New(o Options) *Server {
	s := &Server{
		Writer: o.Writer, store: o.Store, engine: o.Engine, published: o.Published,
		library: o.Library, identify: o.Identify, page: o.Page, sampler: o.Sampler,
		closing: o.Closing, refused: o.Refused, counted: o.Counted,
		bounds: &o.Bounds, seats: &seats{most: int64(o.Bounds.Callers)}, intake: newIntake(o.Bounds.Bodies), rates: newRates(&o.Bounds),
		lines: newLines(), openCalls: newOpenCalls(), documents: newDocuments(),
	}
	s.guards = newGuards(s)
	return s
}

// Route adds the URLs by which callers ask what became of their calls. They need no
// sign-in.
func (s *Server) Route(mux *http.ServeMux) {
	mux.HandleFunc("GET /executions/{id}", s.forPages(s.executionStatus))
	mux.HandleFunc("GET /executions/{id}/response", s.forPages(s.executionResponse))
	mux.HandleFunc("POST /executions/{id}/cancel", s.forPages(s.callerCancel))
	mux.HandleFunc("OPTIONS /executions/{id}", s.executionOptions("GET, HEAD, OPTIONS"))
	mux.HandleFunc("OPTIONS /executions/{id}/response", s.executionOptions("GET, HEAD, OPTIONS"))
	mux.HandleFunc("OPTIONS /executions/{id}/cancel", s.executionOptions("POST, OPTIONS"))
}
