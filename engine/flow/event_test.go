package flow_test

import (
	"testing"
	"time"

	"redial/engine/flow"
)

// TestPublicEvents holds the wire form of section 5 of the contract.
func TestPublicEvents(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 30, 15, 250e6, time.UTC)
	for _, c := range []struct {
		name  string
		event flow.Event
		want  string
	}{
		{"execution started",
			flow.Event{Seq: 1, Type: flow.ExecutionStarted, Mode: flow.Async},
			`{"seq":1,"execution":"01X","type":"execution.started","at":"2026-03-01T12:30:15.25Z","mode":"async"}`},
		{"step started",
			flow.Event{Seq: 2, Type: flow.StepStarted, Step: "a", Attempt: 1},
			`{"seq":2,"execution":"01X","type":"step.started","step":"a","at":"2026-03-01T12:30:15.25Z","attempt":1}`},
		{"each started",
			flow.Event{Seq: 2, Type: flow.StepStarted, Step: "a", Attempt: 1, Items: 3},
			`{"seq":2,"execution":"01X","type":"step.started","step":"a","at":"2026-03-01T12:30:15.25Z","attempt":1,"items":3}`},
		{"wait started",
			flow.Event{Seq: 2, Type: flow.StepStarted, Step: "a", Until: at.Add(time.Minute)},
			`{"seq":2,"execution":"01X","type":"step.started","step":"a","at":"2026-03-01T12:30:15.25Z","until":"2026-03-01T12:31:15.25Z"}`},
		{"flow step started",
			flow.Event{Seq: 2, Type: flow.StepStarted, Step: "a", Child: "01C"},
			`{"seq":2,"execution":"01X","type":"step.started","step":"a","at":"2026-03-01T12:30:15.25Z","child":"01C"}`},
		{"step retrying",
			flow.Event{Seq: 3, Type: flow.StepRetrying, Step: "a", Attempt: 2, Until: at.Add(time.Second),
				Failure: &flow.Failure{Code: flow.FailedService, Message: "busy", Status: 503, Retryable: true, RetryAfter: flow.Duration(time.Second)}},
			`{"seq":3,"execution":"01X","type":"step.retrying","step":"a","at":"2026-03-01T12:30:15.25Z","attempt":2,` +
				`"error":{"code":"service_error","message":"busy","status":503,"retryable":true,"retryAfter":"1s"},"until":"2026-03-01T12:30:16.25Z"}`},
		{"step succeeded",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepSucceeded, Port: "available", Duration: 1500 * time.Microsecond},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"succeeded","port":"available","ms":1.5}`},
		{"step succeeded at once",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepSucceeded},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"succeeded","ms":0}`},
		{"step failed",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepFailed, Duration: time.Second,
				Failure: &flow.Failure{Code: flow.FailedTimeout, Message: "late", Retryable: true}},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"failed","ms":1000,` +
				`"error":{"code":"timeout","message":"late","retryable":true}}`},
		{"step skipped",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepSkipped},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"skipped"}`},
		{"disabled step",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepSkipped, Passed: true},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"skipped","passed":true}`},
		{"simulated step of a safe test",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepSucceeded, Simulated: true},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"succeeded","ms":0,"simulated":true}`},
		{"step that was pinned",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepSucceeded, Pinned: true},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"succeeded","pinned":true}`},
		{"step that was reused",
			flow.Event{Seq: 4, Type: flow.StepFinished, Step: "a", Outcome: flow.StepSucceeded, Reused: "01W"},
			`{"seq":4,"execution":"01X","type":"step.finished","step":"a","at":"2026-03-01T12:30:15.25Z","outcome":"succeeded","reused":"01W"}`},
		{"test of a part",
			flow.Event{Seq: 1, Type: flow.ExecutionStarted, Mode: flow.Sync, Safe: true, Part: &flow.Part{Steps: []string{"a", "b"}, Begin: []string{"b"}},
				Given: map[string]flow.Given{"a": {Output: "private"}}},
			`{"seq":1,"execution":"01X","type":"execution.started","at":"2026-03-01T12:30:15.25Z","safe":true,"part":["a","b"],"mode":"sync"}`},
		{"first round",
			flow.Event{Seq: 4, Type: flow.StepStarted, Step: "a", Iteration: []int{0}},
			`{"seq":4,"execution":"01X","type":"step.started","step":"a","iteration":0,"at":"2026-03-01T12:30:15.25Z"}`},
		{"round of a round",
			flow.Event{Seq: 4, Type: flow.StepStarted, Step: "a", Iteration: []int{2, 0}},
			`{"seq":4,"execution":"01X","type":"step.started","step":"a","iteration":0,"iterations":[2,0],"at":"2026-03-01T12:30:15.25Z"}`},
		{"response stored",
			flow.Event{Seq: 5, Type: flow.ResponseStored, Step: "a", AnswerStatus: 201},
			`{"seq":5,"execution":"01X","type":"response.stored","step":"a","at":"2026-03-01T12:30:15.25Z","status":201}`},
		{"execution finished",
			flow.Event{Seq: 6, Type: flow.ExecutionFinished, Status: flow.Succeeded},
			`{"seq":6,"execution":"01X","type":"execution.finished","at":"2026-03-01T12:30:15.25Z","status":"succeeded"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.event.Execution, c.event.At = "01X", at
			// They may be large or private: never in it, whatever the event.
			c.event.Input, c.event.Output = "private", map[string]any{"private": true}
			c.event.Exchanges = []flow.Exchange{{URL: "https://example.com/private"}}
			got, err := c.event.Public()
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s\nwant %s\nerror %v", got, c.want, err)
			}
		})
	}
}

func TestStatusEnded(t *testing.T) {
	t.Parallel()
	for status, want := range map[flow.Status]bool{
		flow.Queued: false, flow.Running: false, flow.Waiting: false, flow.NeedsAttention: false,
		flow.Succeeded: true, flow.Failed: true, flow.Canceled: true,
	} {
		if got := status.Ended(); got != want || !status.Valid() {
			t.Errorf("%s: ended %t, want %t; valid %t", status, got, want, status.Valid())
		}
	}
	for _, status := range []flow.Status{"", "done", "Failed"} {
		if status.Valid() {
			t.Errorf("%q is valid", status)
		}
	}
}

func TestFailureAsLaterStepsSeeIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		failure flow.Failure
		want    string
	}{
		{flow.Failure{Code: flow.FailedService, Message: "busy", Status: 503, Step: "a", Retryable: true},
			`{"code":"service_error","message":"busy","status":503}`},
		{flow.Failure{Code: flow.FailedTimeout, Message: "late"},
			`{"code":"timeout","message":"late","status":null}`},
	} {
		got, err := flow.EncodeJSON(c.failure.Object())
		if err != nil || string(got) != c.want {
			t.Errorf("got %s and error %v, want %s", got, err, c.want)
		}
	}
}
