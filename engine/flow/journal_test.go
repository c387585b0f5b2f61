package flow_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redial/engine/flow"
)

func anyTime() *rapid.Generator[time.Time] {
	last := time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC).Unix()
	return rapid.Custom(func(t *rapid.T) time.Time {
		seconds := rapid.Int64Range(0, last).Draw(t, "seconds")
		return time.Unix(seconds, rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds")).UTC()
	})
}

func optional[T any](some *rapid.Generator[T]) *rapid.Generator[T] {
	var none T
	return rapid.OneOf(rapid.Just(none), some)
}

func anyFailure() *rapid.Generator[*flow.Failure] {
	return rapid.Custom(func(t *rapid.T) *flow.Failure {
		return &flow.Failure{
			Code:    rapid.SampledFrom([]flow.FailureCode{flow.FailedService, flow.FailedByFlow}).Draw(t, "code"),
			Message: rapid.String().Draw(t, "message"), Status: rapid.IntRange(0, 599).Draw(t, "status"),
			Step: rapid.String().Draw(t, "step"), Iteration: anyIteration().Draw(t, "iteration"),
			Retryable:  rapid.Bool().Draw(t, "retryable"),
			RetryAfter: flow.Duration(rapid.Int64Range(0, int64(flow.MaxDuration)).Draw(t, "retry after")),
		}
	})
}

func anyIteration() *rapid.Generator[[]int] {
	return optional(rapid.SliceOfN(rapid.IntRange(0, 1e6), 1, 3))
}

// anyEvent draws every field apart from the others, more freely than any
// execution would fill them.
func anyEvent() *rapid.Generator[flow.Event] {
	return rapid.Custom(func(t *rapid.T) flow.Event {
		return flow.Event{
			Seq: rapid.Int64Min(1).Draw(t, "seq"), Execution: "01EXECUTION",
			Type:      rapid.SampledFrom([]flow.EventType{flow.StepStarted, flow.StepFinished, flow.ExecutionFinished}).Draw(t, "type"),
			At:        anyTime().Draw(t, "at"),
			Step:      rapid.String().Draw(t, "step"),
			Iteration: anyIteration().Draw(t, "iteration"),
			Attempt:   rapid.Int().Draw(t, "attempt"),
			Outcome:   rapid.SampledFrom([]flow.Outcome{"", flow.StepFailed}).Draw(t, "outcome"),
			Port:      rapid.String().Draw(t, "port"),
			Duration:  time.Duration(rapid.Int64().Draw(t, "duration")),
			Passed:    rapid.Bool().Draw(t, "passed"),
			Failure:   optional(anyFailure()).Draw(t, "failure"),
			Input:     anyValue().Draw(t, "input"), Output: anyValue().Draw(t, "output"),
			Items: rapid.Int().Draw(t, "items"), Until: optional(anyTime()).Draw(t, "until"),
			Child:        rapid.String().Draw(t, "child"),
			Status:       rapid.SampledFrom([]flow.Status{"", flow.Canceled}).Draw(t, "status"),
			AnswerStatus: rapid.Int().Draw(t, "answer status"),
			Mode:         rapid.SampledFrom([]flow.Mode{"", flow.Async}).Draw(t, "mode"),
			Cancel:       rapid.Bool().Draw(t, "cancel"),
		}
	})
}

// TestEventsRoundTrip is what makes going on after a restart the same as going
// on without one.
func TestEventsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(anyEvent(), 0, 4).Draw(t, "events")
		data, err := flow.EncodeEvents(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := flow.DecodeEvents("01EXECUTION", data)
		if err != nil {
			t.Fatalf("reading %s: %v", data, err)
		}
		if len(got) != len(want) {
			t.Fatalf("got %d events, want %d", len(got), len(want))
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("got %#v, want %#v, stored as %s", got[i], want[i], data)
			}
		}
	})
}

// TestEveryFieldOfAnEventIsKept fails when Event gets a field that the journal
// does not have.
func TestEveryFieldOfAnEventIsKept(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 30, 15, 123456789, time.UTC)
	full := flow.Event{
		Seq: 7, Execution: "01EXECUTION", Type: flow.StepFinished, At: at, Step: "a", Iteration: []int{3, 0},
		Attempt: 2, Outcome: flow.StepFailed, Port: "error", Duration: 1234567, Passed: true,
		Failure: &flow.Failure{
			Code: flow.FailedService, Message: "m", Status: 503, Step: "a", Iteration: []int{3, 0},
			Retryable: true, RetryAfter: flow.Duration(time.Second),
		},
		Input: map[string]any{"n": 2.0}, Output: []any{int64(2)}, Size: 5000, Final: true, Items: 4,
		InputBlob: &flow.Blob{Hash: "01", Size: 2}, OutputBlob: &flow.Blob{Hash: "02", Size: 3}, Until: at.Add(time.Hour), Child: "01CHILD",
		Status: flow.Failed, AnswerStatus: 201, Mode: flow.Async, Cancel: true,
		Exchanges: []flow.Exchange{{
			Method: "POST", URL: "https://acme.example/orders", Redirects: []string{"https://acme.example/"},
			Request: flow.Message{Header: map[string][]string{"A": {"b"}}, Body: "{}", Size: 2}, Status: 201,
			Response: flow.Message{Body: "x", Size: 1}, Duration: time.Millisecond, Failure: "none",
		}}, Simulated: true, Pinned: true, Reused: "01BEFORE", Resumed: true, Safe: true,
		Part: &flow.Part{Steps: []string{"a", "b"}, Begin: []string{"a"}, Rounds: 1},
		Given: map[string]flow.Given{"b": {
			Output: map[string]any{"n": 2.0}, OutputBlob: &flow.Blob{Hash: "03", Size: 4}, Port: "error", Failure: &flow.Failure{Code: flow.FailedService, Message: "m"},
			Pinned: true, Reused: "01BEFORE", Simulated: true,
		}},
	}
	for _, value := range []reflect.Value{reflect.ValueOf(full), reflect.ValueOf(*full.Failure), reflect.ValueOf(full.Exchanges[0]), reflect.ValueOf(*full.Part), reflect.ValueOf(full.Given["b"])} {
		for i := range value.NumField() {
			if value.Field(i).IsZero() {
				t.Errorf("this test leaves %s.%s empty; fill it", value.Type().Name(), value.Type().Field(i).Name)
			}
		}
	}
	data, err := flow.EncodeEvents([]flow.Event{full})
	if err != nil {
		t.Fatal(err)
	}
	got, err := flow.DecodeEvents("01EXECUTION", data)
	if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], full) {
		t.Errorf("got %#v and error %v, want %#v", got, err, full)
	}
}

func TestRequestsRoundTrip(t *testing.T) {
	t.Parallel()
	fields := optional(rapid.MapOfN(rapid.String(), anyValue(), 0, 3))
	rapid.Check(t, func(t *rapid.T) {
		want := &flow.Request{
			Method: rapid.String().Draw(t, "method"), Path: rapid.String().Draw(t, "path"),
			Query: fields.Draw(t, "query"), Headers: fields.Draw(t, "headers"),
			Body: anyValue().Draw(t, "body"), ReceivedAt: rapid.String().Draw(t, "received at"),
		}
		data, err := flow.EncodeRequest(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := flow.DecodeRequest(data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %#v and error %v, want %#v, stored as %s", got, err, want, data)
		}
	})
}

// A flow that calls itself hands on bodies that nest deeper than those from
// outside may.
func TestRequestsMayNestDeeperThanBodiesFromOutside(t *testing.T) {
	t.Parallel()
	var deep any = 2.0
	for range 2 * flow.MaxValueDepth {
		deep = []any{deep}
	}
	data, err := flow.EncodeRequest(&flow.Request{Body: deep})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := flow.DecodeRequest(data); err != nil || !reflect.DeepEqual(got.Body, deep) {
		t.Errorf("the body came back otherwise, error %v", err)
	}
}

func TestBrokenJournalsAreErrors(t *testing.T) {
	t.Parallel()
	for data, part := range map[string]string{
		``:                               "01EXECUTION",
		`[{"n":"one"}]`:                  "01EXECUTION",
		`[{"n":1,"s":"a","in":1e999}]`:   "input of step a of execution 01EXECUTION",
		`[{"n":1,"s":"a","out":-1e999}]`: "output of step a of execution 01EXECUTION",
	} {
		if _, err := flow.DecodeEvents("01EXECUTION", []byte(data)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got error %v, want one with %q", data, err, part)
		}
	}
	for data, part := range map[string]string{
		``:                        "reading a stored request",
		`{"body":1e999}`:          "the body of a stored request",
		`{"headers":{"a":1e999}}`: "the headers of a stored request",
	} {
		if _, err := flow.DecodeRequest([]byte(data)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got error %v, want one with %q", data, err, part)
		}
	}
}
