package component

import (
	"context"
	"errors"
	"fmt"
	"time"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/trace"
)

// Call is one attempt at an action.
type Call struct {
	// Input are the values of the action's fields, plain JSON values.
	Input map[string]any
	// Connection is nil if the step has none.
	Connection *Connection
	// Key is the idempotency key: the same for all attempts, 32 hex digits.
	Key string
	// Repeat says that an earlier attempt may have had its effect.
	Repeat bool
	// Now is the time that now() gives: the step's start.
	Now time.Time
	// Trace is the W3C trace context that is passed on, if any.
	Trace trace.Context
	// Record is called with each exchange, if it is not nil. Secrets are masked.
	Record func(*flow.Exchange)
}

// Perform makes one attempt at an action, bounded by the context, and gives its
// output as a plain JSON value, which must not be changed. A failure says by
// Retryable whether another attempt may help; it never holds a secret. Where
// the effect is Unsafe and the request may have reached the service, a
// failure without an answer is not retryable.
func (a *Action) Perform(ctx context.Context, client *outbound.Client, call Call) (any, *flow.Failure) {
	p := &performance{action: a, client: client, call: &call}
	if failure := p.begin(); failure != nil {
		return nil, failure
	}
	if a.lookup != nil && call.Repeat {
		output, found, failure := p.lookUp(ctx)
		if found || failure != nil {
			return output, failure
		}
	}
	if a.pages != nil {
		return p.readPages(ctx)
	}
	reply, failure := p.send(ctx, a.request, a.success)
	if failure != nil {
		return nil, failure
	}
	return p.output(p.answered(reply))
}

// performance is one Perform under way.
type performance struct {
	action *Action
	client *outbound.Client
	call   *Call
	ready  *connected
	input  map[string]any
	key    string
	cursor any
}

// begin makes input and connection ready.
func (p *performance) begin() *flow.Failure {
	input, failure := p.action.makeInput(p.call.Input)
	if failure != nil {
		return failure
	}
	ready, failure := p.action.Component.Connection.connect(p.call.Connection)
	if failure != nil {
		return failure
	}
	p.input, p.ready, p.key = input, ready, p.call.Key
	if p.action.key != nil {
		p.key = p.action.key.cut(p.key)
	}
	return nil
}

// Judge says why an input cannot be sent, as Perform does before it makes a
// request; nil: it can.
func (a *Action) Judge(input map[string]any) *flow.Failure {
	_, failure := a.makeInput(input)
	return failure
}

// makeInput makes the input of a request out of what a step gives.
func (a *Action) makeInput(given map[string]any) (map[string]any, *flow.Failure) {
	input, finding := a.accept(given)
	if finding == nil {
		finding = a.binding.bind(input)
	}
	switch {
	case finding == nil:
		return input, nil
	case len(finding.Alternatives) > 0:
		return nil, &flow.Failure{Code: flow.FailedInput, Message: a.Uses() + ": " + finding.Message}
	default:
		return nil, &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf(
			"the field %s of %s: %s", finding.Field, a.Uses(), finding.Message)}
	}
}

// asked are the names that a request is made of.
func (p *performance) asked() *expression.Values {
	return &expression.Values{Now: p.call.Now, Seed: p.call.Key, Inputs: map[string]any{
		"input": p.input, "connection": p.ready.fields, "key": p.key, "cursor": p.cursor,
	}}
}

// answered are the names that an answer is read with. The connection is not
// among them: no secret may get into an output.
func (p *performance) answered(r *reply) *expression.Values {
	return &expression.Values{Now: p.call.Now, Seed: p.call.Key, Inputs: map[string]any{
		"input": p.input, "key": p.key, "cursor": p.cursor, "response": r.value,
	}}
}

// send makes one request and judges its answer.
func (p *performance) send(ctx context.Context, r *request, success *expression.Program) (*reply, *flow.Failure) {
	out, err := r.build(p.ready, p.asked())
	if err != nil {
		return nil, p.broken("making the request", err)
	}
	if r == p.action.request {
		p.placeKey(&out)
	}
	out.Trace, out.Secrets, out.Record = p.call.Trace, p.ready.secrets, p.call.Record != nil
	response, failure := p.client.Do(ctx, out)
	if p.call.Record != nil && response.Exchange != nil {
		p.call.Record(response.Exchange)
	}
	if failure != nil {
		return nil, p.unanswered(failure, response.Sent)
	}
	reply := readReply(response)
	return reply, p.judge(reply, success)
}

// placeKey puts the idempotency key where the service takes it.
func (p *performance) placeKey(out *outbound.Request) {
	place := p.action.key
	if place == nil || p.key == "" {
		return
	}
	if place.header != "" {
		out.Header.Set(place.header, p.key)
		return
	}
	out.URL = appendQuery(out.URL, place.query, p.key)
}

// unanswered completes a failure that came without an answer.
func (p *performance) unanswered(failure *flow.Failure, sent bool) *flow.Failure {
	failure.Message = p.action.Component.Title + ": " + outbound.Redact(failure.Message, p.ready.secrets)
	if sent && failure.Retryable && p.action.Effect == Unsafe {
		failure.Retryable = false
		failure.Message += "; it may have been carried out all the same, so it is not repeated"
	}
	return failure
}

func (p *performance) output(values *expression.Values) (any, *flow.Failure) {
	if p.action.output == nil {
		response, _ := values.Inputs["response"].(map[string]any)
		return response["body"], nil
	}
	output, err := p.action.output.eval(values)
	if err != nil {
		return nil, p.broken("reading the answer", err)
	}
	return output, nil
}

// broken is the failure of an expression of the manifest.
func (p *performance) broken(doing string, err error) *flow.Failure {
	code := flow.FailedExpression
	var request *requestError
	switch {
	case errors.As(err, &request) && p.cursor != nil: // the service gave it
		code = flow.FailedService
	case errors.As(err, &request):
		code = flow.FailedInput
	}
	return &flow.Failure{Code: code, Message: outbound.Redact(
		fmt.Sprintf("%s, %s: %s", p.action.Uses(), doing, err), p.ready.secrets)}
}

// lookup is how to ask whether an earlier attempt had its effect.
type lookup struct {
	request *request
	match   *expression.Program // what the attempt made; null: nothing
	output  tree
}

func (p *performance) lookUp(ctx context.Context) (output any, found bool, failure *flow.Failure) {
	look := p.action.lookup
	reply, failure := p.send(ctx, look.request, nil)
	if failure != nil {
		return nil, false, failure
	}
	values := p.answered(reply)
	match, err := look.match.Eval(values)
	if err != nil {
		return nil, false, p.broken("looking for an earlier attempt", err)
	}
	if match == nil {
		return nil, false, nil
	}
	values.Inputs["match"] = match
	if output, err = look.output.eval(values); err != nil {
		return nil, false, p.broken("looking for an earlier attempt", err)
	}
	return output, true, nil
}

// connectionTest is a request that changes nothing and shows that a connection
// works.
type connectionTest struct {
	request *request
	success *expression.Program
}

// CanTest reports whether the component's manifest has a test of connections.
func (c *Component) CanTest() bool { return c.Connection != nil && c.Connection.test != nil }

// Test tries a connection out with the request that the manifest names for it;
// nil means that it works, or that the manifest names none.
func (c *Component) Test(ctx context.Context, client *outbound.Client, connection *Connection) *flow.Failure {
	if c.Connection == nil {
		return nil
	}
	ready, failure := c.Connection.connect(connection)
	if failure != nil || c.Connection.test == nil {
		return failure
	}
	action := &Action{Component: c, Name: "test", Effect: Safe}
	p := &performance{action: action, client: client, call: &Call{Connection: connection, Now: time.Now()}, ready: ready}
	_, failure = p.send(ctx, c.Connection.test.request, c.Connection.test.success)
	return failure
}
