package engine_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"redial/engine"
	"redial/engine/flow"
)

// TestFlows runs the cases of testdata/*.txtar. A file holds one flow and one or
// more calls of it:
//
//	-- flow.yaml --           the flow; http://service is the service below
//	-- other.yaml --          further flows (any name that ends in .yaml)
//	-- service --             what the service answers, see service.script
//	-- request --             the body of the call, JSON
//	-- answer --              status, headers, an empty line, the body
//	-- failure --             or the failure that the caller is told, JSON; only
//	                          the fields that are given are compared
//	-- calls --               what the service got: METHOD /path body
//	-- calls in any order --
//	-- events --              the execution's history, see history
//	-- outputs --             JSON: outputs by step, of those steps alone
//
// An answer of JSON is compared as JSON.
func TestFlows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range splitCases(archive) {
				t.Run(fmt.Sprintf("%d %s", i+1, c.title), func(t *testing.T) {
					t.Parallel()
					runCase(t, c)
				})
			}
		})
	}
}

// flowCase is a flow, a call and what is wanted of them.
type flowCase struct {
	title string
	parts map[string]string
	flows []string // the one to call first
}

// splitCases begins a new case at every "== title" section.
func splitCases(archive *txtar.Archive) []flowCase {
	var cases []flowCase
	for _, f := range archive.Files {
		if title, ok := strings.CutPrefix(f.Name, "== "); ok || len(cases) == 0 {
			cases = append(cases, flowCase{title: title, parts: map[string]string{}})
			if ok {
				continue
			}
		}
		c := &cases[len(cases)-1]
		if strings.HasSuffix(f.Name, ".yaml") {
			c.flows = append(c.flows, string(f.Data))
			continue
		}
		c.parts[f.Name] = string(f.Data)
	}
	return cases
}

func runCase(t *testing.T, c flowCase) {
	t.Helper()
	w := newWorld(t)
	w.service.script(c.parts["service"])
	for _, other := range c.flows[1:] {
		w.publish(other)
	}
	handle := w.run(c.flows[0], c.parts["request"])
	result := w.result(handle)
	if err := handle.Ended(w.soon()); err != nil {
		t.Fatal(err)
	}
	for name, want := range c.parts {
		switch name {
		case "service", "request":
		case "answer":
			compareAnswer(t, result, want)
		case "failure":
			compareFailure(t, result, want)
		case "calls":
			compareLines(t, name, w.service.lines(), want)
		case "calls in any order":
			lines := w.service.lines()
			slices.Sort(lines)
			compareLines(t, name, lines, want)
		case "events":
			compareLines(t, name, strings.Split(w.history(handle.ID), "\n"), want)
		case "outputs":
			compareOutputs(t, w.events(handle.ID), want)
		default:
			t.Fatalf("there is no section %q", name)
		}
	}
	if t.Failed() {
		t.Logf("history:\n%s\ncalls:\n%s", w.history(handle.ID), strings.Join(w.service.lines(), "\n"))
	}
}

func compareLines(t *testing.T, what string, got []string, want string) {
	t.Helper()
	wanted := strings.Split(strings.TrimSpace(want), "\n")
	if want = strings.TrimSpace(want); want == "" {
		wanted = nil
	}
	if !slices.Equal(got, wanted) {
		t.Errorf("%s:\n%s\nwanted:\n%s", what, strings.Join(got, "\n"), want)
	}
}

func compareAnswer(t *testing.T, result engine.Result, want string) {
	t.Helper()
	if result.Answer == nil {
		t.Errorf("there is no answer, but %+v", result.Failure)
		return
	}
	head, body, _ := strings.Cut(want, "\n\n")
	got := []string{fmt.Sprint(result.Answer.Status)}
	for _, h := range result.Answer.Headers {
		got = append(got, h[0]+": "+h[1])
	}
	compareLines(t, "answer", got, head)
	compareText(t, "body of the answer", string(result.Answer.Body), strings.TrimSuffix(body, "\n"))
}

// compareText compares JSON as JSON and everything else as it is.
func compareText(t *testing.T, what, got, want string) {
	t.Helper()
	a, err := flow.DecodeJSON([]byte(got))
	b, errB := flow.DecodeJSON([]byte(want))
	if err == nil && errB == nil && reflect.DeepEqual(a, b) {
		return
	}
	if got != want {
		t.Errorf("%s:\n%s\nwanted:\n%s", what, got, want)
	}
}

// compareFailure compares the fields that are wanted; "message" may hold a part
// of the message only.
func compareFailure(t *testing.T, result engine.Result, want string) {
	t.Helper()
	if result.Failure == nil {
		t.Errorf("there is no failure, but %+v", result)
		return
	}
	wanted, got := object(t, want), object(t, encode(t, result.Failure))
	for name, value := range wanted {
		if part, ok := value.(string); ok && name == "message" {
			if !strings.Contains(result.Failure.Message, part) {
				t.Errorf("the failure's message is %q, wanted %q in it", result.Failure.Message, part)
			}
			continue
		}
		if !reflect.DeepEqual(got[name], value) {
			t.Errorf("the failure's %s is %v, wanted %v", name, got[name], value)
		}
	}
}

func compareOutputs(t *testing.T, events []flow.Event, want string) {
	t.Helper()
	got := map[string]any{}
	for _, e := range events {
		if e.Type == flow.StepFinished {
			got[place(e)] = e.Output
		}
	}
	for name, value := range object(t, want) {
		compareText(t, "output of "+name, encode(t, got[name]), encode(t, value))
	}
}

func encode(t testing.TB, value any) string {
	t.Helper()
	data, err := flow.EncodeJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func object(t testing.TB, text string) map[string]any {
	t.Helper()
	value, err := flow.DecodeJSON([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	fields, _ := value.(map[string]any)
	return fields
}

// place is a step with the rounds around it: confirm, or reserve[0].
func place(e flow.Event) string {
	text := e.Step
	for _, i := range e.Iteration {
		text += fmt.Sprintf("[%d]", i)
	}
	return text
}

// history is what the journal holds of an execution, a line for every event.
func (w *world) history(id string) string {
	w.t.Helper()
	var lines []string
	for _, e := range w.events(id) {
		lines = append(lines, historyLine(e))
	}
	return strings.Join(lines, "\n")
}

func historyLine(e flow.Event) string {
	var line string
	switch e.Type {
	case flow.ExecutionStarted:
		line = "execution started " + string(e.Mode)
	case flow.StepStarted:
		line = place(e) + " started"
		if e.Attempt > 1 {
			line += fmt.Sprintf(" attempt %d", e.Attempt)
		}
		if e.Items > 0 {
			line += fmt.Sprintf(" items %d", e.Items)
		}
	case flow.StepRetrying:
		line = fmt.Sprintf("%s retrying attempt %d after %s", place(e), e.Attempt, e.Failure.Code)
	case flow.StepFinished:
		line = place(e) + " " + string(e.Outcome)
		if e.Port != "" {
			line += " ." + e.Port
		}
		if e.Passed {
			line += " passed"
		}
		if e.Failure != nil {
			line += " " + string(e.Failure.Code)
		}
	case flow.ResponseStored:
		line = fmt.Sprintf("response %d", e.AnswerStatus)
	case flow.ExecutionFinished:
		line = "execution " + string(e.Status)
	}
	if e.Cancel {
		line += " canceled"
	}
	return line
}
