package designer_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"redial/designer"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// trialFlow has a branch, a join, an each step and an action with examples.
const trialFlow = `redial: 1
slug: trial
trigger: {uses: webhook}
steps:
  look: {uses: http, with: {url: "https://example.com/look"}}
  ask: {uses: acme/check-inventory, connection: acme, with: {sku: "{{ steps.look.body.sku }}"}}
  choose:
    uses: branch
    with: {paths: [{name: much, when: "steps.ask.available > 5"}, {name: little}]}
  buy: {uses: transform, name: Buy more, with: {set: {n: "{{ steps.look.body.n }}"}}}
  rest: {uses: transform, with: {set: {n: 1}}}
  lines:
    uses: each
    with:
      items: steps.look.body.lines
      do:
        steps:
          a: {uses: transform, with: {set: {x: "{{ item }}"}}}
          b: {uses: transform, with: {set: {x: "{{ steps.a.x }}", y: "{{ steps.ask.available }}"}}}
        edges: [a -> b]
  tell: {uses: transform, with: {set: {buy: "{{ steps.buy.n }}", lines: "{{ steps.lines }}"}}}
  off: {uses: transform, disabled: true, with: {set: {n: 1}}}
  end: {uses: respond, with: {body: "{{ steps.tell }} {{ steps.off }}"}}
  late: {uses: transform, with: {set: {n: "{{ steps.ask.available }}"}}}
edges:
  - trigger -> look
  - look -> ask
  - ask -> choose
  - choose.much -> buy
  - choose.little -> rest
  - ask -> lines
  - buy -> tell
  - rest -> tell
  - lines -> tell
  - tell -> off
  - off -> end
  - end -> late
`

func readFlow(t *testing.T, source string) *flow.Flow {
	t.Helper()
	document, err := flowfile.Read([]byte(source))
	if err != nil || flow.HasErrors(document.Problems) {
		t.Fatal(err, document.Problems)
	}
	return document.Flow
}

func ended(ids ...string) map[string]flow.Given {
	given := map[string]flow.Given{}
	for _, id := range ids {
		given[id] = flow.Given{Output: id, Reused: "01X"}
	}
	return given
}

// told is what a test runs and what it takes as given, in a line.
func told(t *designer.Trial) string {
	var runs, given []string
	for _, s := range t.Runs {
		runs = append(runs, s.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(t.Given)) {
		how := " reused"
		switch g := t.Given[id]; {
		case g.Pinned:
			how = " pinned"
		case g.Simulated:
			how = " example"
		}
		given = append(given, id+how)
	}
	return strings.Join(runs, " ") + " | " + strings.Join(given, ", ")
}

func TestTrial(t *testing.T) {
	t.Parallel()
	w, f := workshop(t), readFlow(t, trialFlow)
	all := ended("look", "ask", "choose", "buy", "lines", "tell", "a", "b")
	for _, c := range []struct {
		name   string
		aim    designer.Aim
		step   string
		pins   []string
		ended  map[string]flow.Given
		want   string
		begin  string
		notice string
	}{
		{name: "all, pins on a branch and a respond aside", pins: []string{"ask", "choose", "end", "a", "off"},
			want: "look choose buy rest lines b tell end late | a pinned, ask pinned"},
		{name: "one step", aim: designer.AimStep, step: "ask", ended: all, want: "ask | look reused", begin: "ask look"},
		{name: "one step, pinned before it", aim: designer.AimStep, step: "ask", pins: []string{"look", "ask"}, ended: all, want: "ask | look pinned", begin: "ask look"},
		{name: "one step, an example before it", aim: designer.AimStep, step: "late", want: "late | ask example", begin: "ask late"},
		{name: "one step that reads nothing", aim: designer.AimStep, step: "rest", want: "rest | ", begin: "rest"},
		{name: "one each step", aim: designer.AimStep, step: "lines", ended: all, want: "lines a b | ask reused, look reused", begin: "ask lines look"},
		{name: "one step within each", aim: designer.AimStep, step: "b", ended: all,
			want: "lines b | a reused, ask reused, look reused", begin: "a ask b lines look", notice: "b is inside lines: the first round of it was run."},
		{name: "up to a step", aim: designer.AimTo, step: "tell", pins: []string{"ask"}, ended: all,
			want: "look choose buy rest lines a b tell | ask pinned"},
		{name: "up to a step, pins cut off what is before them", aim: designer.AimTo, step: "choose", pins: []string{"ask"}, want: "choose | ask pinned"},
		{name: "up to a step within each", aim: designer.AimTo, step: "a", want: "look ask lines a b | ",
			notice: "a is inside lines, so all of lines was run."},
		{name: "from a step", aim: designer.AimFrom, step: "buy", ended: all, want: "buy rest tell end late | ask reused, choose reused, lines reused, look reused", begin: "buy look"},
		{name: "from a step, and a path of the join had not run", aim: designer.AimFrom, step: "lines", ended: ended("look", "ask", "choose"),
			want: "buy rest lines a b tell end late | ask reused, choose reused, look reused", begin: "ask lines look"},
		{name: "from a pinned step", aim: designer.AimFrom, step: "ask", pins: []string{"ask", "lines"}, ended: all,
			want: "choose buy rest tell end late | ask pinned, lines pinned, look reused", begin: "ask"},
		{name: "from the first step", aim: designer.AimFrom, step: "look", want: "look ask choose buy rest lines a b tell end late | ", begin: "look"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			known := designer.Known{Pins: map[string]any{}, Ended: c.ended}
			for _, id := range c.pins {
				known.Pins[id] = id
			}
			trial, err := w.Trial(f, c.aim, c.step, known)
			if err != nil {
				t.Fatal(err)
			}
			if got := told(trial); got != c.want {
				t.Errorf("it is\n%s, wanted\n%s", got, c.want)
			}
			if trial.Notice != c.notice {
				t.Errorf("the notice is %q", trial.Notice)
			}
			if c.aim == designer.AimAll {
				return
			}
			if got := strings.Join(slices.Sorted(slices.Values(trial.Part.Begin)), " "); got != c.begin {
				t.Errorf("it begins with %q, wanted %q", got, c.begin)
			}
		})
	}
}

func TestTrialRefused(t *testing.T) {
	t.Parallel()
	w, f := workshop(t), readFlow(t, trialFlow)
	failed := map[string]flow.Given{"tell": {Failure: &flow.Failure{}}}
	for _, c := range []struct {
		name  string
		aim   designer.Aim
		step  string
		known designer.Known
		want  string
	}{
		{"nobody", designer.AimStep, "nobody", designer.Known{}, `The draft has no step "nobody".`},
		{"no aim", "sideways", "ask", designer.Known{}, `"sideways" is no part of a flow; it is one of step, to, from.`},
		{"nothing to read", designer.AimStep, "end", designer.Known{}, "Run tell first, or pin an output to it: end reads what it puts out."},
		{"a failure to read", designer.AimFrom, "end", designer.Known{Ended: failed}, "Run tell first, or pin an output to it: end reads what it puts out."},
		{"two to read", designer.AimStep, "tell", designer.Known{}, "Run Buy more and lines first, or pin an output to them: tell reads what they put out."},
		{"up to a pin", designer.AimTo, "look", designer.Known{Pins: map[string]any{"look": 1}}, "look is pinned, so it would not run. Unpin it, or run this step alone."},
	} {
		_, err := w.Trial(f, c.aim, c.step, c.known)
		var refused *designer.NotRunnable
		if !errors.As(err, &refused) || refused.Message != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	skipped := designer.Known{Ended: ended("lines"), Skipped: map[string]bool{"buy": true}}
	if trial, err := w.Trial(f, designer.AimStep, "tell", skipped); err != nil || told(trial) != "tell | lines reused" {
		t.Errorf("a step that was skipped before: %v %v", trial, err)
	}
}

// Only what is to run has to be right.
func TestFreezeTrial(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, strings.Replace(trialFlow, "  end: {uses: respond,", "  end: {uses: respnd,", 1))
	_, _, _, problems, err := r.FreezeTrial(t.Context(), r.drafts, "trial", designer.AimAll, "", designer.Known{})
	if err != nil || len(problems) == 0 {
		t.Fatalf("all of it: %v %v", problems, err)
	}
	version, _, trial, problems, err := r.FreezeTrial(t.Context(), r.drafts, "trial", designer.AimTo, "choose", designer.Known{})
	if err != nil || problems != nil || version.Number != 0 || told(trial) != "look ask choose | " {
		t.Fatalf("a part without it: %v %v %v", problems, err, trial)
	}
	_, _, _, problems, err = r.FreezeTrial(t.Context(), r.drafts, "trial", designer.AimTo, "end", designer.Known{})
	if err != nil || len(problems) != 1 || problems[0].Step != "end" {
		t.Fatalf("a part with it: %v %v", problems, err)
	}
}
