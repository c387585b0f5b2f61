package web

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/caller"
	"redial/engine/content"
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
		s.metrics.refused(refusal)
		s.Problem(w, r, refusal)
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
	published, trigger, refusal := s.findHook(r.Context(), slug)
	if refusal != nil {
		return nil, refusal
	}
	allowOrigin(w.Header(), r, trigger)
	if !slices.Contains(trigger.Methods, r.Method) {
		return nil, &reply.Problem{
			Type: "method-not-allowed", Allow: allowedMethods(trigger),
			Detail: fmt.Sprintf("Flow %s takes %s, not %s.", slug, strings.Join(trigger.Methods, ", "), r.Method),
		}
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

// readRequest reads a call as the flow sees it, if it fits the flow's trigger.
// A repeat is not read again: what was taken once is not refused later, because
// the trigger has changed.
func readRequest(r *http.Request, c *call) (*flow.Request, *reply.Problem) {
	if refusal := refuseCallback(r, c.published.Settings); refusal != nil {
		return nil, refusal
	}
	body, refusal := readBody(r, c)
	if refusal != nil {
		return nil, refusal
	}
	if c.trigger.Schema != nil {
		if violations := c.trigger.Schema.Validate(body); len(violations) > 0 {
			return nil, &reply.Problem{Type: "invalid-body", Detail: readAsForm(r, body), Violations: violations}
		}
	}
	return newRequest(r, body), nil
}

// readAsForm says that a body that does not fit was read as a form, which is what curl
// calls a body that it is not told of. Empty: it was not.
func readAsForm(r *http.Request, body any) string {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if _, isObject := body.(map[string]any); err != nil || !isObject || mediaType != "application/x-www-form-urlencoded" {
		return ""
	}
	return "The body was read as a form, as its Content-Type is " + mediaType + ", and does not fit the schema of the flow's trigger. If it is JSON, send Content-Type: application/json."
}

func (s *Server) findHook(ctx context.Context, slug string) (*store.Published, *step.Webhook, *reply.Problem) {
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

// noHook is what is said of a flow that has no URL, or is not there.
func noHook(slug string) *reply.Problem {
	return &reply.Problem{Type: "not-found", Detail: fmt.Sprintf("No flow with a URL is published under %q.", slug)}
}

// readBody reads the body as the value that expressions see.
func readBody(r *http.Request, c *call) (any, *reply.Problem) {
	value, err := content.Decode(r.Header.Get("Content-Type"), c.data, content.DefaultLimits)
	c.data = nil
	if err != nil {
		return nil, &reply.Problem{Type: "unreadable-body", Detail: reply.Sentence(err.Error())}
	}
	return value, nil
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

// withheldHeaders do not reach the flow: cookies by contract, credentials
// because what a flow sees is journalled.
var withheldHeaders = []string{"Cookie", "Authorization", "Proxy-Authorization"}

// newRequest is the call as expressions see it.
func newRequest(r *http.Request, body any) *flow.Request {
	headers := make(map[string]any, len(r.Header)+1)
	for name, values := range r.Header {
		if !slices.Contains(withheldHeaders, name) {
			headers[strings.ToLower(name)] = readable(strings.Join(values, ", "))
		}
	}
	headers["host"] = readable(r.Host)
	return &flow.Request{
		Method: r.Method, Path: "/" + readable(r.PathValue("below")), Query: queryValue(r.URL.Query()),
		Headers: headers, Body: body,
		ReceivedAt: time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"),
	}
}

// queryValue is a query as expressions see it: texts, and lists of texts for
// names that come more than once.
func queryValue(query map[string][]string) map[string]any {
	value := make(map[string]any, len(query))
	for name, values := range query {
		list := make([]any, len(values))
		for i := range values {
			list[i] = readable(values[i])
		}
		if name = readable(name); len(list) == 1 {
			value[name] = list[0]
		} else {
			value[name] = list
		}
	}
	return value
}

// readable is a text with U+FFFD in place of what is no UTF-8. JSON cannot hold
// that, so the flow would see another text after a restart.
func readable(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
