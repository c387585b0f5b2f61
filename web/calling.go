package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"time"

	"redial/designer/sample"
	"redial/designer/snippet"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/step"
)

// calling is how a flow is called: its URL, and code to copy.
type calling struct {
	Slug string
	// URL is that of the hook; empty for a flow that has none.
	URL       string
	Says      string
	Published bool
	Refused   int64 // calls of the last day that started nothing
	Codes     []callingCode
}

type callingCode struct {
	Language snippet.Language
	Text     string
	// Plain is the call as one line to try; empty: there is none in this language.
	Plain string
}

// newCodes are a call in all languages.
func newCodes(call snippet.Call) ([]callingCode, error) {
	var codes []callingCode
	for _, language := range snippet.Languages() {
		text, err := snippet.Write(language, call)
		if err != nil {
			return nil, err
		}
		code := callingCode{Language: language, Text: text}
		if language == snippet.Curl {
			if code.Plain, err = snippet.Plain(call); err != nil {
				return nil, err
			}
		}
		codes = append(codes, code)
	}
	return codes, nil
}

// newCalling writes the code with the call that the flow is tested with, or else
// with one that its trigger takes.
func (s *Server) newCalling(ctx context.Context, state *flowState) (*calling, error) {
	f := state.Checked.Flow
	c := &calling{Slug: f.Slug, Says: state.Says(state.Settings.Mode), Published: state.Published != nil}
	if f.Trigger.Uses != "webhook" {
		return c, nil
	}
	c.URL = s.Absolute("/hooks/" + f.Slug)
	var err error
	if c.Refused, err = s.countRefused(ctx, f.Slug); err != nil {
		return nil, err
	}
	payload, err := s.testPayload(ctx, f)
	if err != nil {
		return nil, err
	}
	call := snippet.Call{
		URL: payload.url(c.URL), Method: payload.Method,
		Mode: state.Settings.Mode, Deadline: time.Duration(state.Settings.Deadline),
	}
	if call.Method != http.MethodGet && call.Method != http.MethodHead && json.Valid([]byte(payload.Body)) {
		call.Body = payload.Body
	}
	identify(&call, s.hooks.CallersAuth(ctx, step.AuthOf(f.Trigger.With)))
	c.Codes, err = newCodes(call)
	return c, err
}

// testPayload is the call that a flow is tested with: the one that was kept, or
// else one that its trigger takes.
func (s *Server) testPayload(ctx context.Context, f *flow.Flow) (*payload, error) {
	kept, err := s.store.TestPayload(ctx, f.Slug)
	if errors.Is(err, engine.ErrNotFound) {
		return schemaPayload(f), nil
	}
	if err != nil {
		return nil, err
	}
	return readPayload(kept)
}

// schemaPayload is a call that the trigger of a flow takes.
func schemaPayload(f *flow.Flow) *payload {
	p := &payload{Method: http.MethodPost, Path: "/", Query: []pair{}, Headers: []pair{}}
	if methods, _ := f.Trigger.With.Get("methods"); methods != nil {
		if list, ok := methods.([]any); ok && len(list) > 0 && !slices.Contains(list, any(http.MethodPost)) {
			p.Method, _ = list[0].(string)
		}
	}
	document, given := f.Trigger.With.Get("schema")
	if !given || document == nil {
		if p.Method != http.MethodGet && p.Method != http.MethodHead {
			p.Body = "{}"
		}
		return p
	}
	p.setBody(sample.Of(document))
	return p
}

// url is the address of the call below that of the hook.
func (p *payload) url(hook string) string {
	address := hook
	if p.Path != "" && p.Path != "/" {
		address += (&url.URL{Path: p.Path}).EscapedPath()
	}
	query := url.Values{}
	for _, q := range p.Query {
		query.Add(q[0], q[1])
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// pairs are the fields of a query or of headers by name; lists give several.
func pairs(fields map[string]any) []pair {
	list := []pair{}
	for name, value := range fields {
		values, ok := value.([]any)
		if !ok {
			values = []any{value}
		}
		for _, v := range values {
			text, _ := v.(string)
			list = append(list, pair{name, text})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i][0] < list[j][0] })
	return list
}

// callingFragment is what hangs under the toggle.
func (s *Server) callingFragment(w http.ResponseWriter, r *http.Request) {
	state, err := s.loadFlowState(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.pageFault(w, r, "reading a flow", err)
		return
	}
	c, err := s.newCalling(r.Context(), state)
	if err != nil {
		s.pageFault(w, r, "writing code that calls a flow", err)
		return
	}
	s.Render(w, r, http.StatusOK, callingView(c))
}
