package openapi

import (
	"cmp"
	"net/http"
	"slices"

	"redial/designer/sample"
	"redial/engine/check"
	"redial/engine/flow"
	"redial/engine/step"
)

// Source is what a description is made from.
type Source struct {
	Flow     *flow.Flow
	Plan     *check.Plan // of Flow
	Version  int         // its number
	Settings flow.Settings
	// Origin is that of the server: https://flows.example.com.
	Origin string
	Auth   Auth
	// Problems are the types of problems that a caller may get.
	Problems []Problem
}

// Auth is how callers of a flow identify themselves.
type Auth struct {
	// Kind is one of step's Auth constants; empty is step.AuthNone.
	Kind string
	// In and Name are where an API key goes: "header" or "query", and the name
	// there. Name is also the header of a signature.
	In, Name string
}

// Open says that whoever knows the URL may call.
func (a Auth) Open() bool { return a.Kind == "" || a.Kind == step.AuthNone }

// Problem is a type of problem that a caller may get.
type Problem struct {
	Type   string // its name; its page is at /problems/NAME
	Status int
	Title  string
	Means  string
}

// Description is what a caller has to know of a flow.
type Description struct {
	Slug, Name, About string
	Version           int
	Origin, URL       string // absolute
	Methods           []string
	// Query and Headers are what the flow reads of a call, beside its body.
	Query, Headers []Parameter
	// Below says that the flow reads what stands behind its URL.
	Below bool
	// Request is the body; nil: the flow takes no method that has one.
	Request  *Request
	Answers  []Answer // by status; those of which it is not known at the end
	Silent   bool     // the flow may end without an answer: 204
	Settings flow.Settings
	Auth     Auth
	Problems []Problem // those that this flow's callers may get, by status
}

// Parameter is what a flow reads of the query or of the headers. It may be
// missing: what a flow cannot do without its schema asks for.
type Parameter struct{ Name string }

// Request is the body of a call.
type Request struct {
	// Types are the content types that are taken. Any says that all others are,
	// too.
	Types []string
	Any   bool
	// Required says that a call without a body is refused.
	Required bool
	Schema   any   // of a JSON body, as in the flow file; nil: any
	Example  any   // a value that fits, as far as one is found
	MaxBody  int64 // bytes
}

// Describe describes a version whose trigger is a webhook. It is nil for another.
func Describe(s Source) *Description {
	if s.Plan.Trigger == nil {
		return nil
	}
	trigger, ok := s.Plan.Trigger.Runner.(*step.Webhook)
	if !ok {
		return nil
	}
	d := &Description{
		Slug: s.Flow.Slug, Name: cmp.Or(s.Flow.Name, s.Flow.Slug), About: s.Flow.Description, Version: s.Version,
		Origin: s.Origin, URL: s.Origin + "/hooks/" + s.Flow.Slug,
		Methods: slices.Clone(trigger.Methods), Settings: s.Settings, Auth: s.Auth,
	}
	d.read(s.Plan)
	if slices.ContainsFunc(d.Methods, hasBody) {
		d.Request = newRequest(trigger, s.Flow)
	}
	d.Answers = answers(s.Flow, s.Plan)
	d.Silent = len(d.Answers) == 0 || len(s.Plan.SilentPorts()) > 0
	for _, p := range append(slices.Clone(s.Problems), failures(s.Flow, s.Problems)...) {
		if d.mayGet(p, trigger) {
			d.Problems = append(d.Problems, p)
		}
	}
	slices.SortStableFunc(d.Problems, func(a, b Problem) int { return cmp.Compare(a.Status, b.Status) })
	return d
}

// hasBody reports whether a call by a method has a body that means something
// (RFC 9110, 9.3).
func hasBody(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

// jsonType is the content type of JSON, and formTypes those of forms, whose
// fields an object of JSON says as well.
const jsonType = "application/json"

var formTypes = []string{"application/x-www-form-urlencoded", "multipart/form-data"}

func newRequest(trigger *step.Webhook, f *flow.Flow) *Request {
	r := &Request{Types: trigger.Types, MaxBody: trigger.MaxBody}
	if len(r.Types) == 0 {
		r.Types, r.Any = []string{jsonType}, true
	}
	document, given := f.Trigger.With.Get("schema")
	if !given || document == nil {
		return r
	}
	r.Schema = document
	r.Required = trigger.Schema != nil && len(trigger.Schema.Validate(nil)) > 0
	if example := sample.Of(document); sample.Fits(document, example) {
		r.Example = example
	}
	return r
}

// mayGet reports whether a problem can come to callers of this flow.
func (d *Description) mayGet(p Problem, trigger *step.Webhook) bool {
	switch p.Type {
	case "credentials-required", "credentials-unavailable":
		return !d.Auth.Open()
	case "unsupported-type":
		return len(trigger.Types) > 0
	case "invalid-body":
		return trigger.Schema != nil
	case "callback-not-allowed":
		return d.Settings.Callback != nil
	case "deadline":
		return d.Settings.OnDeadline == flow.FailAtDeadline || d.Settings.Mode == flow.Sync
	default:
		return true
	}
}

// HandsOver reports whether a caller may get a 202 with the execution's
// addresses.
func (d *Description) HandsOver() bool {
	s := d.Settings
	return s.Mode == flow.Async || s.OnDeadline == flow.Handover || s.CallersChoose
}

// failures are the problems with statuses of their own that fail steps end a flow
// with.
func failures(f *flow.Flow, known []Problem) []Problem {
	at := slices.IndexFunc(known, func(p Problem) bool { return p.Type == "flow-failed" })
	if at < 0 {
		return nil
	}
	var found []Problem
	eachStep(&f.Body, func(s *flow.Step) {
		status, given := s.With.Get("status")
		code, isNumber := status.(int64)
		if s.Uses != "fail" || s.Disabled || !given || !isNumber {
			return
		}
		p := known[at]
		p.Status = int(code)
		if p.Status != known[at].Status && !slices.Contains(found, p) {
			found = append(found, p)
		}
	})
	return found
}

// eachStep visits the steps of a body and those inside of them.
func eachStep(body *flow.Body, visit func(*flow.Step)) {
	for i := range body.Steps {
		visit(&body.Steps[i])
		if inner := body.Steps[i].Do; inner != nil {
			eachStep(inner, visit)
		}
	}
}
