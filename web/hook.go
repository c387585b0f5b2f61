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
	"redial/engine/content"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
)

// hook is a call of a published flow. Whether the caller holds the line, and
// what becomes of one who has held it too long, is decided by its terms: here
// and nowhere else.
func (s *Server) hook(w http.ResponseWriter, r *http.Request) {
	s.capture(r)
	call, refusal := s.readCall(w, r)
	if refusal != nil {
		s.metrics.refused(refusal)
		s.problem(w, r, refusal)
		return
	}
	defer call.release()
	terms := termsOf(call.published.Settings, r.Header)
	handle, err := s.engine.Start(r.Context(), engine.StartRequest{
		Flow: call.slug, VersionID: call.published.Version.ID, Version: call.published.Version.Number,
		Settings: terms.settings, Mode: terms.mode, Request: call.request,
	})
	if err != nil {
		s.notStarted(w, r, err)
		return
	}
	s.serve(w, r, handle, terms)
}

// call is a request to a hook that was found good.
type call struct {
	slug      string
	published *store.Published
	request   *flow.Request
	release   func() // gives back the room of the body
}

// readCall checks a request against the flow's trigger. Nothing has started
// when it refuses.
func (s *Server) readCall(w http.ResponseWriter, r *http.Request) (*call, *Problem) {
	slug := r.PathValue("slug")
	published, trigger, refusal := s.findHook(r.Context(), slug)
	if refusal != nil {
		return nil, refusal
	}
	if !slices.Contains(trigger.Methods, r.Method) {
		return nil, &Problem{
			Type: "method-not-allowed", Allow: strings.Join(trigger.Methods, ", "),
			Detail: fmt.Sprintf("Flow %s takes %s, not %s.", slug, strings.Join(trigger.Methods, ", "), r.Method),
		}
	}
	body, release, refusal := s.readBody(w, r, trigger)
	if refusal == nil && trigger.Schema != nil {
		if violations := trigger.Schema.Validate(body); len(violations) > 0 {
			refusal = &Problem{Type: "invalid-body", Violations: violations}
		}
	}
	if refusal != nil {
		release()
		return nil, refusal
	}
	return &call{slug: slug, published: published, request: newRequest(r, body), release: release}, nil
}

func (s *Server) findHook(ctx context.Context, slug string) (*store.Published, *step.Webhook, *Problem) {
	none := &Problem{Type: "not-found", Detail: fmt.Sprintf("No flow with a URL is published under %q.", slug)}
	if !flow.ValidSlug(slug) {
		return nil, nil, none
	}
	published, err := s.published.get(ctx, slug)
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
	s.logger.Error("a published flow could not be loaded", "flow", slug, "error", err)
	return nil, nil, &Problem{Type: "internal"}
}

// readBody reads the body as the value that expressions see. release gives back
// the room that it takes, and is never nil.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, trigger *step.Webhook) (value any, release func(), refusal *Problem) {
	release = func() {}
	data, refusal := rawBody(w, r, trigger)
	if refusal != nil {
		return nil, release, refusal
	}
	room, ok := s.intake.take(r.Context(), int64(len(data)))
	if release = room; !ok {
		return nil, release, &Problem{Type: "unavailable", RetryAfter: shortPause}
	}
	value, err := content.Decode(r.Header.Get("Content-Type"), data, content.DefaultLimits)
	if err != nil {
		return nil, release, &Problem{Type: "unreadable-body", Detail: sentence(err.Error())}
	}
	return value, release, nil
}

// rawBody is the body as bytes, if its size and its type are what the flow
// takes.
func rawBody(w http.ResponseWriter, r *http.Request, trigger *step.Webhook) ([]byte, *Problem) {
	tooLarge := &Problem{Type: "body-too-large", Detail: fmt.Sprintf("The body has more than %d bytes, which is the most that this flow takes.", trigger.MaxBody)}
	if r.ContentLength > trigger.MaxBody {
		return nil, tooLarge
	}
	data, err := readInTime(w, r, trigger.MaxBody)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge
	case err != nil:
		return nil, &Problem{Type: "unreadable-body", Detail: "The body broke off before its end."}
	}
	if len(trigger.Types) > 0 && len(data) > 0 {
		mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || !slices.Contains(trigger.Types, mediaType) {
			return nil, &Problem{Type: "unsupported-type", Detail: fmt.Sprintf("This flow takes %s.", strings.Join(trigger.Types, ", "))}
		}
	}
	return data, nil
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
