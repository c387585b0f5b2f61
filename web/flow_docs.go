package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"redial/designer/snippet"
	"redial/engine/flow"
	"redial/engine/signature"
	"redial/engine/step"
	"redial/web/openapi"
	"redial/web/reply"
)

// flowDocs is the page for those whose programs call a flow.
type flowDocs struct {
	*openapi.Description
	Method    string // of the code
	Example   string // of the body, as JSON
	Codes     []callingCode
	Receivers []callingCode // none: the flow calls nobody back
}

// flowDocsPage shows how a published flow is called, to those who may call it or
// manage flows. All others are shown how to sign in, whatever the flow: the page
// tells nobody which flows there are.
func (s *Server) flowDocsPage(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	w.Header().Add("Vary", "Authorization, Cookie")
	description, refusal, err := s.hooks.Describe(r, slug)
	if refusal != nil {
		s.noDocs(w, r, refusal)
		return
	}
	if err != nil {
		s.pageFault(w, r, "describing a flow", err)
		return
	}
	docs, err := newFlowDocs(description)
	if err != nil {
		s.pageFault(w, r, "writing code that calls a flow", err)
		return
	}
	s.Render(w, r, http.StatusOK, flowDocsView(docs))
}

func (s *Server) noDocs(w http.ResponseWriter, r *http.Request, refusal *reply.Problem) {
	name, err := s.sessionName(r)
	switch {
	case err != nil || refusal.Type != "not-found":
		s.faultPage(w, r, http.StatusInternalServerError, "This did not work", "Something went wrong inside of Redial. Try again; if it stays, the log of the server says more.")
	case name == "":
		s.signInPage(w, r, http.StatusUnauthorized, "")
	default:
		s.faultPage(w, r, http.StatusNotFound, "Nothing to call", "No flow of this name is published, or the one that is has no webhook. Publish one that begins with a webhook, and its page for developers is here.")
	}
}

func newFlowDocs(d *openapi.Description) (*flowDocs, error) {
	docs := &flowDocs{Description: d, Method: d.Methods[0]}
	if slices.Contains(d.Methods, http.MethodPost) {
		docs.Method = http.MethodPost
	}
	call := snippet.Call{URL: d.URL, Method: docs.Method, Mode: d.Settings.Mode, Deadline: time.Duration(d.Settings.Deadline)}
	if d.Request != nil && d.Request.Example != nil && slices.ContainsFunc(d.Request.Types, isJSONType) {
		docs.Example = docsJSON(d.Request.Example)
		if call.Method != http.MethodGet && call.Method != http.MethodHead {
			call.Body = docs.Example
		}
	}
	identify(&call, d.Auth)
	var err error
	if docs.Codes, err = newCodes(call); err != nil || d.Settings.Callback == nil {
		return docs, err
	}
	for _, language := range snippet.Languages() {
		text, err := snippet.Receive(language)
		if err != nil {
			return nil, err
		}
		docs.Receivers = append(docs.Receivers, callingCode{Language: language, Text: text})
	}
	return docs, nil
}

// identify makes a call one with the credentials that a flow asks for.
func identify(call *snippet.Call, auth openapi.Auth) {
	if auth.Name == "" && (auth.Kind == step.AuthAPIKey || auth.Kind == step.AuthSignature) {
		call.Notes = append(call.Notes, "The connection with the credentials of callers cannot be read, so nobody can call.")
		return
	}
	switch auth.Kind {
	case step.AuthBearer:
		call.Credential = &snippet.Credential{Header: "Authorization", Prefix: "Bearer "}
		call.Notes = append(call.Notes, "FLOW_CREDENTIAL, in the environment, holds the token.")
	case step.AuthBasic:
		call.Credential = &snippet.Credential{Header: "Authorization", Prefix: "Basic "}
		call.Notes = append(call.Notes, "FLOW_CREDENTIAL, in the environment, holds user:password in base64.")
	case step.AuthAPIKey:
		call.Credential = &snippet.Credential{Header: auth.Name}
		if auth.In == "query" {
			call.Credential = &snippet.Credential{Query: auth.Name}
		}
		call.Notes = append(call.Notes, "FLOW_CREDENTIAL, in the environment, holds the key.")
	case step.AuthSignature:
		if !slices.Contains(signature.Standard.Headers(), auth.Name) {
			call.Notes = append(call.Notes, "Calls have to be signed in the header "+auth.Name+", as the service does it that sends them. This code does not.")
			return
		}
		call.Credential = &snippet.Credential{Signed: true}
		call.Notes = append(call.Notes, "FLOW_CREDENTIAL, in the environment, holds the secret that you and the flow share: whsec_…")
	}
}

func isJSONType(kind string) bool { return kind == "application/json" }

// docsJSON is a value over several lines.
func docsJSON(value any) string {
	text, err := flow.EncodeJSON(value)
	var b bytes.Buffer
	if err != nil || json.Indent(&b, text, "", "  ") != nil {
		return ""
	}
	return b.String()
}

// docsStatus is an answer's status in words, and of what kind it is.
func docsStatus(status int) (text, class string) {
	text = openapi.StatusText(status)
	switch {
	case status == 0:
		return "any", "queued"
	case status < 300:
		return text, "succeeded"
	case status < 500:
		return text, "waiting"
	default:
		return text, "failed"
	}
}

// docsSize is a number of bytes in words.
func docsSize(bytes int64) string {
	switch {
	case bytes >= 1<<20 && bytes%(1<<20) == 0:
		return strconv.FormatInt(bytes>>20, 10) + " MiB"
	case bytes >= 1<<10 && bytes%(1<<10) == 0:
		return strconv.FormatInt(bytes>>10, 10) + " KiB"
	default:
		return strconv.FormatInt(bytes, 10) + " bytes"
	}
}

// docsKind is the kind of a whole body in words.
func docsKind(c *openapi.Content) string {
	if len(c.Schema) == 0 {
		return "any value"
	}
	return openapi.Kind(c.Schema)
}

// docsCredential is how callers identify themselves, in a sentence.
func docsCredential(auth openapi.Auth) string {
	switch auth.Kind {
	case step.AuthBearer:
		return "Send the token that you were given: Authorization: Bearer TOKEN."
	case step.AuthBasic:
		return "Send the user name and the password that you were given: Authorization: Basic, and user:password in base64."
	case step.AuthAPIKey:
		if auth.In == "query" {
			return "Send the key that you were given as the query parameter " + auth.Name + "."
		}
		return "Send the key that you were given in the header " + auth.Name + "."
	case step.AuthSignature:
		return "Sign each call with the secret that you share with the flow, in the header " + auth.Name + ". Signatures that say when they were made also open status and answer; sign the empty body for those."
	default:
		return "None: whoever knows the URL can call. The ID of an execution is all that its status and its answer ask for, so show it to nobody who must not see them."
	}
}

// docsDelivery is an example of a callback.
func docsDelivery(d *openapi.Description) string {
	answer := flow.Object{{Name: "status", Value: int64(204)}, {Name: "headers", Value: flow.Object{}}, {Name: "body", Value: nil}}
	for i := range d.Answers {
		a := &d.Answers[i]
		if a.Status == 0 || len(a.Bodies) == 0 {
			continue
		}
		answer = flow.Object{
			{Name: "status", Value: int64(a.Status)},
			{Name: "headers", Value: flow.Object{{Name: "content-type", Value: a.Bodies[0].Type}}},
			{Name: "body", Value: a.Bodies[0].Example},
		}
		break
	}
	return docsJSON(flow.Object{
		{Name: "executionId", Value: exampleExecution}, {Name: "flow", Value: d.Slug}, {Name: "status", Value: "succeeded"},
		{Name: "answer", Value: answer},
	})
}

// exampleExecution is an ID as executions have them.
const exampleExecution = "01M81R9VWDPD7NKVP1YV43K52R"

// docsAccepted is an example of a 202.
func docsAccepted(d *openapi.Description) string {
	at := d.Origin + "/executions/" + exampleExecution
	return docsJSON(flow.Object{
		{Name: "executionId", Value: exampleExecution}, {Name: "status", Value: "running"},
		{Name: "statusUrl", Value: at}, {Name: "responseUrl", Value: at + "/response"}, {Name: "cancelUrl", Value: at + "/cancel"},
	})
}

// docsDepth is how far the name of a field is set in.
func docsDepth(f *openapi.Field) string { return strconv.Itoa(min(f.Depth, 4)) }
