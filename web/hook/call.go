package hook

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"redial/engine"
	"redial/engine/caller"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
	"redial/web/reply"
)

// hook is a call of a published flow. Whether the caller holds the line, and
// what becomes of one who has held it too long, is decided by its terms: here
// and nowhere else.
func (s *Server) hook(w http.ResponseWriter, r *http.Request) {
	if !s.seats.take() {
		s.turnAway(w, r, s.noCapacity(r.PathValue("slug")))
		return
	}
	defer s.seats.leave()
	sample := s.sample(r)
	call, refusal := s.readCall(w, r)
	s.keepSample(r, sample, refusal)
	if refusal != nil {
		s.turnAway(w, r, refusal)
		return
	}
	defer call.drop()
	r = call.bare
	terms := termsOf(call.published.Settings, r.Header)
	if call.claim != nil {
		s.serveKeyed(w, r, call, terms)
	} else if handle, ok := s.start(w, r, call, terms); ok {
		s.serve(w, r, handle, terms)
	}
}

// start starts the execution of a call. It answers itself when that cannot be.
func (s *Server) start(w http.ResponseWriter, r *http.Request, c *call, t terms) (*engine.Handle, bool) {
	request, refusal := readRequest(r, c)
	if refusal != nil {
		s.refuse(w, r, refusal)
		return nil, false
	}
	handle, err := s.engine.Start(r.Context(), engine.StartRequest{
		Flow: c.slug, VersionID: c.published.Version.ID, Version: c.published.Version.Number,
		Settings: t.settings, Mode: t.mode, Request: request, Claim: c.claim,
		Awaited: t.mode == flow.Sync, Bytes: c.size,
	})
	switch {
	case errors.Is(err, engine.ErrFull):
		s.turnAway(w, r, s.noCapacity(c.slug))
	case err != nil:
		s.notStarted(w, r, err)
	}
	return handle, err == nil
}

// call is a call of a hook whose flow takes its method, size and type.
type call struct {
	slug      string
	published *store.Published
	trigger   *step.Webhook
	guard     *caller.Guard // of those who may call; nil: whoever knows the URL
	bare      *http.Request // the call without credentials
	data      []byte        // its body
	size      int           // of its body
	claim     *engine.Claim // its key; nil: it has none
	release   func()        // gives back the room of the body; nil: it has none
}

// drop lets go of the body.
func (c *call) drop() {
	c.data = nil
	if c.release != nil {
		c.release()
		c.release = nil
	}
}

// readCall checks what of a call can be checked without reading the value of its
// body. Nothing has started when it refuses.
func (s *Server) readCall(w http.ResponseWriter, r *http.Request) (*call, *reply.Problem) {
	slug := r.PathValue("slug")
	published, trigger, refusal := s.find(r.Context(), slug)
	if refusal != nil {
		return nil, refusal
	}
	allowOrigin(w.Header(), r, trigger)
	if !slices.Contains(trigger.Methods, r.Method) {
		return nil, wrongMethod(slug, trigger, r.Method)
	}
	c := &call{slug: slug, published: published, trigger: trigger}
	if refusal = s.admitCaller(r, c); refusal != nil {
		return nil, refusal
	}
	key, keyed, refusal := readKey(r)
	if refusal != nil {
		return nil, refusal
	}
	if refusal = s.rawBody(w, r, c); refusal == nil {
		c.bare, key, keyed, refusal = c.verify(r, key, keyed)
	}
	if refusal == nil {
		refusal = s.admittedSigned(c)
	}
	if refusal != nil {
		c.drop()
		return nil, refusal
	}
	if keyed {
		c.claim = &engine.Claim{Flow: slug, Key: key, Fingerprint: fingerprint(r.Method, c.bare.URL, c.data)}
	}
	return c, nil
}

// admitCaller checks who calls, as far as that can be told without the body, and
// whether there is room for the call.
func (s *Server) admitCaller(r *http.Request, c *call) (refusal *reply.Problem) {
	if c.guard, refusal = s.guardOf(r.Context(), c.trigger.Auth); refusal != nil {
		return refusal
	}
	if refusal = c.admit(r); refusal != nil {
		return s.refuseGuess(r, refusal)
	}
	return s.admitted(r, c)
}

// find is what is published under a slug, and its trigger, if it has a URL.
func (s *Server) find(ctx context.Context, slug string) (*store.Published, *step.Webhook, *reply.Problem) {
	none := noHook(slug)
	if !flow.ValidSlug(slug) {
		return nil, nil, none
	}
	published, err := s.published.Get(ctx, slug)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil, none
	}
	if err == nil {
		var trigger step.Runner
		if trigger, err = s.engine.Trigger(ctx, published.Version.ID); err == nil {
			if webhook, ok := trigger.(*step.Webhook); ok {
				return published, webhook, nil
			}
			return nil, nil, none
		}
	}
	s.Logger.Error("a published flow could not be loaded", "flow", slug, "error", err)
	return nil, nil, &reply.Problem{Type: "internal"}
}

// wrongMethod is the problem of a call by a method that its flow does not take.
func wrongMethod(slug string, trigger *step.Webhook, method string) *reply.Problem {
	takes := fmt.Sprintf("Flow %s takes %s", slug, strings.Join(trigger.Methods, ", "))
	problem := &reply.Problem{Type: "method-not-allowed", Allow: allowedMethods(trigger), Detail: takes + ", not " + method + "."}
	if !slices.Contains(step.WebhookMethods(), method) {
		problem.Kept = takes + "." // the method may be any word
	}
	return problem
}

// noHook is what is said of a flow that has no URL, or is not there.
func noHook(slug string) *reply.Problem {
	return &reply.Problem{Type: "not-found", Detail: fmt.Sprintf("Nothing can be called here: no flow %q is published, or it does not begin with a webhook.", slug)}
}

// rawBody takes the body as bytes, if its size and its type are what the flow
// takes.
func (s *Server) rawBody(w http.ResponseWriter, r *http.Request, c *call) (refusal *reply.Problem) {
	trigger := c.trigger
	tooLarge := &reply.Problem{Type: "body-too-large", Detail: fmt.Sprintf("The body has more than %d bytes, which is the most that this flow takes.", trigger.MaxBody)}
	if r.ContentLength > trigger.MaxBody {
		return tooLarge
	}
	var err error
	c.data, c.release, err = s.intake.read(w, r, trigger.MaxBody)
	c.size = len(c.data)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge
	case errors.Is(err, errNoRoom):
		return s.noCapacity(c.slug)
	case errors.Is(err, errTooSlow):
		return &reply.Problem{Type: "body-too-slow"}
	case err != nil:
		return &reply.Problem{Type: "unreadable-body", Detail: "The body broke off before its end."}
	}
	if len(trigger.Types) > 0 && len(c.data) > 0 {
		mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || !slices.Contains(trigger.Types, mediaType) {
			return &reply.Problem{Type: "unsupported-type", Detail: fmt.Sprintf("This flow takes %s.", strings.Join(trigger.Types, ", "))}
		}
	}
	return nil
}
