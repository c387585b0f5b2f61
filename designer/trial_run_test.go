package designer_test

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
)

// anyFlow draws a flow of transforms and branches, each of which may read what
// comes before it.
func anyFlow(t *rapid.T) (source string, ids []string) {
	n := rapid.IntRange(2, 9).Draw(t, "steps")
	var steps, edges strings.Builder
	branches := map[int]bool{}
	above := make([]map[int]bool, n) // what comes before each
	for i := range n {
		id := fmt.Sprintf("s%d", i)
		ids = append(ids, id)
		above[i] = map[int]bool{}
		into := 0
		for j := range i {
			if !rapid.Bool().Draw(t, "edge") {
				continue
			}
			into++
			above[i][j] = true
			for k := range above[j] {
				above[i][k] = true
			}
			port := ""
			if branches[j] {
				port = rapid.SampledFrom([]string{".yes", ".no"}).Draw(t, "port")
			}
			fmt.Fprintf(&edges, "  - s%d%s -> %s\n", j, port, id)
		}
		if into == 0 {
			fmt.Fprintf(&edges, "  - trigger -> %s\n", id)
		}
		reads := []string{"trigger.body"}
		for j := range i {
			if above[i][j] && !branches[j] && rapid.Bool().Draw(t, "reads") {
				reads = append(reads, fmt.Sprintf("steps.s%d", j))
			}
		}
		value := "toJSON([" + strings.Join(reads, ", ") + "])"
		if branches[i] = rapid.IntRange(0, 3).Draw(t, "kind") == 0; branches[i] {
			fmt.Fprintf(&steps, "  %s: {uses: branch, with: {paths: [{name: \"yes\", when: '%s contains \"%d\"'}, {name: \"no\"}]}}\n", id, value, rapid.IntRange(0, 9).Draw(t, "digit"))
			continue
		}
		fmt.Fprintf(&steps, "  %s: {uses: transform, with: {set: {%s: '{{ hash(%s) }}'}}}\n", id, id, value)
	}
	return "redial: 1\nslug: any\ntrigger: {uses: manual}\nsteps:\n" + steps.String() + "edges:\n" + edges.String(), ids
}

// What a run of a part comes to, given what was there before it, is what the
// whole run came to.
func TestAPartComesToWhatTheWholeRunDid(t *testing.T) {
	t.Parallel()
	r := open(t)
	e := engine.New(engine.Options{Journal: r.store, Library: r.Library, Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { e.Stop(t.Context()) })
	rapid.Check(t, func(rt *rapid.T) {
		source, ids := anyFlow(rt)
		r.put(t, source)
		whole := r.runs(t, e, designer.AimAll, "", designer.Known{})
		known := designer.Known{Ended: map[string]flow.Given{}, Skipped: map[string]bool{}}
		for id, event := range whole {
			if event.Outcome == flow.StepSkipped {
				known.Skipped[id] = true
			} else {
				known.Ended[id] = flow.Given{Output: event.Output, Port: event.Port, Reused: event.Execution}
			}
		}
		at := rapid.SampledFrom(ids).Draw(rt, "at")
		if known.Skipped[at] {
			return // it would run where it did not
		}
		for _, aim := range []designer.Aim{designer.AimStep, designer.AimTo, designer.AimFrom} {
			part := r.runs(t, e, aim, at, known)
			if part[at].Outcome != flow.StepSucceeded || part[at].Reused != "" {
				rt.Fatalf("%s %s: it ended as %+v\n%s", aim, at, part[at], source)
			}
			for id, event := range part {
				if before := whole[id]; event.Outcome != before.Outcome || event.Port != before.Port || !reflect.DeepEqual(event.Output, before.Output) {
					rt.Fatalf("%s %s: %s ended as %+v, in the whole run as %+v\n%s", aim, at, id, event, before, source)
				}
			}
		}
	})
}

// runs runs a part of the flow and tells how its steps ended.
func (r *room) runs(t *testing.T, e *engine.Engine, aim designer.Aim, at string, known designer.Known) map[string]flow.Event {
	t.Helper()
	version, settings, trial, problems, err := r.FreezeTrial(t.Context(), r.drafts, "any", aim, at, known)
	problems = slices.DeleteFunc(problems, func(p flow.Problem) bool { return p.Severity != flow.SeverityError })
	if err != nil || len(problems) > 0 {
		t.Fatalf("%s %s: %v %v", aim, at, problems, err)
	}
	handle, err := e.Start(t.Context(), engine.StartRequest{
		Flow: "any", VersionID: version.ID, Settings: settings, Mode: flow.Sync, Test: true,
		Part: trial.Part, Given: trial.Given, Request: &flow.Request{Method: "POST", Path: "/", Body: "b"},
	})
	if err == nil {
		err = handle.Ended(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	events, err := r.store.Events(t.Context(), handle.ID, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	ended := map[string]flow.Event{}
	for i := range events {
		if event := events[i]; event.Type == flow.StepFinished {
			ended[event.Step] = event
		}
	}
	return ended
}
