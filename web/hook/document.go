package hook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
	"redial/web/openapi"
	"redial/web/reply"
)

// documents remembers how published flows are described: a version is frozen,
// and its settings change seldom.
type documents struct {
	mu    sync.Mutex
	ready map[string]*document // by slug
}

// maxDocuments bounds how many flows' descriptions are kept.
const maxDocuments = 256

func newDocuments() *documents { return &documents{ready: map[string]*document{}} }

// document is a published flow as its callers see it.
type document struct {
	version     int64 // its ID
	settings    flow.Settings
	description *openapi.Description
	text        []byte // the OpenAPI document
	etag        string
}

func (d *document) of(p *store.Published, auth openapi.Auth) bool {
	return d != nil && d.version == p.Version.ID && d.settings.Equal(p.Settings) && d.description.Auth == auth
}

// openAPI answers with the OpenAPI document of a flow, to those who may call it.
func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.Problem(w, r, &reply.Problem{Type: "method-not-allowed", Allow: "GET, HEAD, OPTIONS", Detail: "This address gives the flow's OpenAPI document, by GET."})
		return
	}
	slug := r.PathValue("slug")
	if _, trigger, refusal := s.find(r.Context(), slug); refusal == nil {
		allowOrigin(w.Header(), r, trigger)
	}
	found, refusal, err := s.documentFor(r, slug)
	if refusal != nil {
		s.Problem(w, r, refusal)
		return
	}
	if err != nil {
		s.Fail(w, r, "describing a flow", err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", found.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(found.text))
}

// Describe is a published flow as its callers see it, to those who may call it or
// manage flows. To others it is not there.
func (s *Server) Describe(r *http.Request, slug string) (*openapi.Description, *reply.Problem, error) {
	found, refusal, err := s.documentFor(r, slug)
	if found == nil {
		return nil, refusal, err
	}
	return found.description, nil, nil
}

// documentFor is the document of a flow for those who may read it.
func (s *Server) documentFor(r *http.Request, slug string) (*document, *reply.Problem, error) {
	published, trigger, refusal := s.find(r.Context(), slug)
	if refusal == nil {
		refusal = s.refuseReader(r, slug, trigger)
	}
	if refusal != nil {
		return nil, refusal, nil
	}
	found, err := s.documentOf(r.Context(), published, trigger)
	return found, nil, err
}

// documentOf is the document of what is published.
func (s *Server) documentOf(ctx context.Context, published *store.Published, trigger *step.Webhook) (*document, error) {
	slug, auth := published.Version.Flow, s.CallersAuth(ctx, trigger.Auth)
	s.documents.mu.Lock()
	known := s.documents.ready[slug]
	s.documents.mu.Unlock()
	if known.of(published, auth) {
		return known, nil
	}
	made, err := s.newDocument(ctx, published, auth)
	if err != nil {
		return nil, err
	}
	s.documents.mu.Lock()
	defer s.documents.mu.Unlock()
	if len(s.documents.ready) >= maxDocuments {
		clear(s.documents.ready)
	}
	s.documents.ready[slug] = made
	return made, nil
}

func (s *Server) newDocument(ctx context.Context, published *store.Published, auth openapi.Auth) (*document, error) {
	f, plan, err := s.engine.Plan(ctx, published.Version.ID)
	if err != nil {
		return nil, err
	}
	description := openapi.Describe(openapi.Source{
		Flow: f, Plan: plan, Version: published.Version.Number, Settings: published.Settings,
		Origin: s.Absolute(""), Auth: auth, Problems: callersProblems(),
	})
	if description == nil {
		return nil, errors.New("the flow has no webhook")
	}
	text, err := json.MarshalIndent(description.Document(), "", "  ")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return &document{
		version: published.Version.ID, settings: published.Settings, description: description,
		text: append(text, '\n'), etag: `"` + hex.EncodeToString(sum[:16]) + `"`,
	}, nil
}

// managersProblems are the types of problems that callers of flows do not get.
var managersProblems = []string{"unauthorized", "forbidden-origin", "invalid", "flow-problems", "overlap", "revision"}

// callersProblems are the types of problems that callers of flows may get.
func callersProblems() []openapi.Problem {
	var problems []openapi.Problem
	for _, name := range slices.Sorted(maps.Keys(reply.ProblemTypes)) {
		if kind := reply.ProblemTypes[name]; !slices.Contains(managersProblems, name) {
			problems = append(problems, openapi.Problem{Type: name, Status: kind.Status, Title: kind.Title, Means: kind.Means})
		}
	}
	return problems
}

// CallersAuth is how callers of a flow identify themselves. Where the credentials
// go is said by the connection, and nothing else is told of it.
func (s *Server) CallersAuth(ctx context.Context, auth step.Auth) openapi.Auth {
	shown := openapi.Auth{Kind: auth.Type}
	guard, refusal := s.guardOf(ctx, auth)
	if guard == nil || refusal != nil {
		return shown // nobody gets in, or everybody
	}
	if shown.In, shown.Name = guard.Place(); shown.Kind == step.AuthSignature {
		shown.In, shown.Name = "header", guard.Scheme().Headers()[0]
	}
	return shown
}

// refuseReader refuses who may neither call a flow nor manage flows: to others it
// is not there.
func (s *Server) refuseReader(r *http.Request, slug string, trigger *step.Webhook) *reply.Problem {
	guard, refusal := s.guardOf(r.Context(), trigger.Auth)
	if refusal == nil && (guard == nil || guard.AdmitFollower(seen(r), time.Now()) == nil) {
		return nil
	}
	name, trusted, err := s.identify(r)
	switch {
	case err != nil:
		s.Logger.Error("who asks for a flow's description could not be told", "error", err)
		return &reply.Problem{Type: "internal"}
	case name == "" || !trusted:
		return noHook(slug)
	default:
		return nil
	}
}
