package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"redial/engine/check"
	"redial/engine/flowfile"
)

const forked = `redial: 1
slug: forked
trigger: {uses: webhook}
steps:
  ask: {uses: http, on_error: route, with: {url: "https://example.com/"}}
  which:
    uses: branch
    with: {paths: [{name: good, when: "true"}, {name: odd, when: "true"}, {name: bad}]}
  slow: {uses: http, with: {url: "https://example.com/"}}
  yes: {uses: respond}
  no: {uses: respond, with: {status: 404}}
  log: {uses: http, with: {url: "https://example.com/"}}
edges:
  - trigger -> ask
  - ask -> which
  - which.good -> slow
  - slow -> yes
  - which.bad -> no
  - which.odd -> log
`

func planOf(t *testing.T, file string) *check.Plan {
	t.Helper()
	document, err := flowfile.Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	plan, _ := check.Flow(document.Flow, library())
	return plan
}

func TestSilentPorts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, want string }{
		"ends and a failure that is routed nowhere": {forked, "[{ask error} {log }]"},
		"no respond step at all": {
			"redial: 1\nslug: a\ntrigger: {uses: webhook}\nsteps: {a: {uses: transform}, b: {uses: transform}}\nedges: [trigger -> a, trigger -> b]\n",
			"[{a } {b }]",
		},
		"no steps at all": {"redial: 1\nslug: a\ntrigger: {uses: webhook}\n", "[{trigger }]"},
		"all answered": {
			"redial: 1\nslug: a\ntrigger: {uses: webhook}\nsteps: {a: {uses: respond}, b: {uses: transform}}\nedges: [trigger -> a, a -> b]\n", "[]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fmt.Sprint(planOf(t, test.file).SilentPorts()); got != test.want {
				t.Errorf("silent are %s, want %s", got, test.want)
			}
		})
	}
}

func TestAnswersBehindPorts(t *testing.T) {
	t.Parallel()
	got := planOf(t, forked).Answers()
	want := map[check.Port][]string{
		{Step: "which", Port: "good"}: {"yes"},
		{Step: "which", Port: "bad"}:  {"no"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("answers are %v, want %v", got, want)
	}
}

func TestPaces(t *testing.T) {
	t.Parallel()
	usual := map[string]time.Duration{"ask": time.Second, "slow": 30 * time.Second, "log": time.Minute}
	var got []string
	for _, pace := range planOf(t, forked).Paces(usual) {
		got = append(got, fmt.Sprintf("%s after %s by %s", pace.Answer, pace.Total, strings.Join(pace.Steps, " ")))
	}
	want := []string{"yes after 31s by ask which slow yes", "no after 1s by ask which no"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("paces are %v, want %v", got, want)
	}
}
