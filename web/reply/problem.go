package reply

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"redial/engine/flow"
	"redial/engine/schema"
)

// Problem is an error as a caller gets it: RFC 9457 problem details.
type Problem struct {
	Type   string // key of problemTypes
	Status int    // 0: that of the type
	Detail string
	// Kept is Detail for those who keep it: without anything that came with the request.
	// Empty: Detail has nothing of it.
	Kept string
	// Execution is the ID of the execution it belongs to, if any.
	Execution string
	Step      string
	Iteration []int
	Retryable *bool
	// Violations are what does not fit the trigger's schema.
	Violations []schema.Violation
	// Problems are those of a flow that cannot be published or tested.
	Problems []flow.Problem
	// Path is where in the step, or in the flow, something cannot be done.
	Path string
	// Revision is the draft's, where the caller knows another one.
	Revision   int64
	Allow      string        // methods, for 405
	Challenge  string        // how to identify oneself, for 401
	RetryAfter time.Duration // for 429 and 503
}

// TooManyCalls is the problem of somebody who comes too often, until a time has passed.
func TooManyCalls(wait time.Duration) *Problem {
	yes := true
	return &Problem{Type: "too-many-calls", RetryAfter: wait, Retryable: &yes}
}

// ProblemType is what a type of problem means, for people and programs.
type ProblemType struct {
	Status int
	Title  string
	Means  string
	Do     string
}

// ProblemTypes has every type of problem that this server answers with. Their
// names are in the URLs of answers: they never change.
var ProblemTypes = map[string]ProblemType{
	"not-found": {404, "Nothing there",
		"There is nothing under this address: no flow is published there, or no execution has this ID.",
		"Check the address. A flow has a URL once it is published."},
	"execution-dropped": {410, "Not kept any more",
		"The execution was here, and was deleted: it had ended, and executions are kept for a time only, or somebody wanted it deleted. Its answer is gone with it.",
		"Ask whoever runs this server how long executions are kept, and fetch answers before. Send the call again only if it may take effect again: with a new key."},
	"method-not-allowed": {405, "Method not allowed",
		"The address takes other methods; the Allow header names them.",
		"Use one of the methods that the Allow header names."},
	"unauthorized": {401, "Not signed in",
		"The address needs an API token, and none was sent, or it is not known here.",
		"Send the header Authorization: Bearer TOKEN. `redial token create NAME` makes a token."},
	"credentials-required": {401, "Credentials required",
		"The flow lets in those who have its credentials. The call came without, or with others.",
		"Send the credentials that whoever runs the flow has given you, as the detail says. Nothing was started."},
	"credentials-unavailable": {503, "Callers cannot be checked",
		"The flow lets in those who have its credentials, and the connection that holds these is gone or does not fit. Nobody is let in until that is mended.",
		"Tell whoever runs the flow to look at its trigger and at the connection that it names. Send the call again later. Nothing was started."},
	"forbidden-origin": {403, "Foreign origin",
		"The request comes from a page of another origin.",
		"Call from the server's own pages, or from a program with an API token."},
	"unreadable-body": {400, "Unreadable body",
		"The body is not what its content type says it is.",
		"Send a body that fits the Content-Type header. Nothing was started."},
	"invalid-body": {422, "Body does not fit",
		"The body can be read, but does not fit the schema of the flow's trigger. `errors` names every place.",
		"Mend the places that `errors` names and send it again. Nothing was started."},
	"key-reused": {422, "Key of another call",
		"The Idempotency-Key came before with a call that differs in method, path, query or body.",
		"Send a call that is to run with a new key, and a repeat exactly as it was. Nothing was started."},
	"body-too-large": {413, "Body too large",
		"The body is larger than the flow takes.",
		"Send less, or raise max_body at the flow's trigger. Nothing was started."},
	"callback-not-allowed": {422, "Callback not allowed",
		"The call names an address to call back, and the flow does not call back there.",
		"Leave out Redial-Callback-Url, or name an address on a host that the flow's callback lists. Nothing was started."},
	"unsupported-type": {415, "Content type not taken",
		"The flow's trigger lists the content types that it takes, and this is none of them.",
		"Send one of the content types that the detail names. Nothing was started."},
	"bad-request": {400, "Bad request",
		"The request cannot be understood.",
		"See the detail, mend the request and send it again."},
	"invalid": {422, "Cannot be done",
		"The request can be read, but asks for something that cannot be done.",
		"See the detail."},
	"flow-problems": {422, "The flow has problems",
		"The flow cannot be published or tested as it is. `problems` names every place.",
		"Mend the places that `problems` names."},
	"conflict": {409, "Not in this state",
		"The execution or the flow is not in a state in which this can be done.",
		"See the detail."},
	"overlap": {409, "Changed by somebody else",
		"Somebody else has changed the same place of the flow since. The detail says what, and who.",
		"Look at the flow as it is now and repeat the change if it is still wanted."},
	"revision": {412, "Changed meanwhile",
		"The flow has been changed since the revision that If-Match names.",
		"Load the flow again and repeat the change."},
	"service-failed": {502, "An outside service failed",
		"A step of the flow called an outside service, which answered with an error or could not be reached.",
		"If `retryable` is true the reason may pass: send the call again later. Else see the detail."},
	"service-too-slow": {504, "An outside service was too slow",
		"A step of the flow called an outside service, which did not answer in time.",
		"Send the call again later, or give the step a longer timeout."},
	"deadline": {504, "No answer by the deadline",
		"The flow had not answered when its deadline passed. The execution goes on.",
		"Ask for the answer later, under /executions/{executionId}/response."},
	"flow-failed": {500, "The flow failed",
		"A step of the flow failed, or the flow ended itself by a fail step.",
		"See the detail, and the execution's page."},
	"canceled": {409, "Canceled",
		"The execution was canceled before it had answered.",
		"Send the call again if it is still wanted."},
	"unavailable": {503, "Not now",
		"The server is stopping, or has no room for more at the moment. Nothing was started or changed.",
		"Send it again after the time that Retry-After names."},
	"no-capacity": {503, "No capacity",
		"As many calls are under way, or wait for their turn, as the server takes on. It was refused at once; nothing was started.",
		"Send it again after the time that Retry-After names. If it comes often, raise the flow's concurrency or the server's capacity."},
	"too-many-calls": {429, "Too many calls",
		"This caller, or the flow, has had as many calls in a short time as the server allows. Nothing was started.",
		"Send it again after the time that Retry-After names."},
	"body-too-slow": {408, "Body too slow",
		"The body came so slowly that the server did not wait for its end. Nothing was started.",
		"Send it again over a faster line, or in smaller parts."},
	"internal": {500, "Our own fault",
		"Something went wrong inside of Redial. What was accepted is not lost.",
		"Try again. If it stays, tell whoever runs this server; its log says more."},
}

// Problem answers with a problem.
func (wr *Writer) Problem(w http.ResponseWriter, r *http.Request, p *Problem) {
	status, body := wr.ProblemBody(p)
	header := w.Header()
	header.Set("Content-Type", "application/problem+json")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	if p.Allow != "" {
		header.Set("Allow", p.Allow)
	}
	if p.Type == "unauthorized" {
		header.Set("WWW-Authenticate", `Bearer realm="Redial"`)
	} else if p.Challenge != "" {
		header.Set("WWW-Authenticate", p.Challenge)
	}
	if p.RetryAfter > 0 {
		header.Set("Retry-After", RetryAfter(p.RetryAfter))
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		wr.Write(w, body)
	}
}

// RetryAfter is a pause in whole seconds, rounded up.
func RetryAfter(pause time.Duration) string {
	return strconv.Itoa(max(1, int((pause+time.Second-1)/time.Second)))
}

// ProblemBody is a problem as it is sent: its status, and its JSON.
func (wr *Writer) ProblemBody(p *Problem) (int, []byte) {
	kind, known := ProblemTypes[p.Type]
	if !known {
		kind = ProblemTypes["internal"]
	}
	status := p.Status
	if status == 0 {
		status = kind.Status
	}
	detail := p.Detail
	if detail == "" {
		detail = kind.Means
	}
	fields := flow.Object{
		{Name: "type", Value: wr.Absolute("/problems/" + p.Type)},
		{Name: "title", Value: kind.Title},
		{Name: "status", Value: status},
		{Name: "detail", Value: detail},
	}
	add := func(name string, value any, given bool) {
		if given {
			fields = append(fields, flow.Field{Name: name, Value: value})
		}
	}
	add("executionId", p.Execution, p.Execution != "")
	add("step", p.Step, p.Step != "")
	add("path", p.Path, p.Path != "")
	add("revision", p.Revision, p.Revision > 0)
	add("iteration", p.Iteration, len(p.Iteration) > 0)
	if p.Retryable != nil {
		add("retryable", *p.Retryable, true)
	}
	if p.Violations != nil {
		violations := make([]any, len(p.Violations))
		for i, v := range p.Violations {
			violations[i] = flow.Object{{Name: "pointer", Value: v.Pointer}, {Name: "detail", Value: v.Detail}}
		}
		add("errors", violations, true)
	}
	add("problems", p.Problems, p.Problems != nil)
	body, err := json.MarshalIndent(fields, "", "  ")
	if err != nil {
		wr.Logger.Error("a problem could not be written", "type", p.Type, "error", err)
	}
	return status, append(body, '\n')
}
