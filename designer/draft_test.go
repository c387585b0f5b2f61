package designer_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// askAcme is a step instead of the answer, with a connection.
func askAcme(connection string) string {
	before, _, _ := strings.Cut(mirror, "  answer:")
	return before + "  ask: {uses: acme/check-inventory, connection: " + connection + `, with: {sku: "{{ trigger.body }}"}}
  answer: {uses: respond, with: {body: "{{ steps.ask }}"}}
edges: [trigger -> ask, ask -> answer]
`
}

func TestCheck(t *testing.T) {
	t.Parallel()
	known := workshop(t)
	lenient := known
	lenient.Lenient = true
	for _, c := range []struct {
		name, source string
		workshop     designer.Workshop
		want         []string // severity, code and place of each problem
	}{
		{"good", mirror, known, nil},
		{"good with a connection", askAcme("acme"), known, nil},
		{"everything in the order of the file", `redial: 1
slug: a
colour: red
trigger: {uses: webhook}
steps:
  ask: {uses: acme/check-inventory, connection: acmee, with: {sku: "{{ trigger.bdy }}"}}
edges:
  - trigger -> ask
  - ask -> nobody
`, known, []string{
			"error unknown_key 3:1", "warning respond 4:1", "error unknown_connection 6:49",
			"error expression 6:80", "error unknown_step 9:5",
		}},
		{"connection of another component", askAcme("ses"), known, []string{"error unknown_connection 6:49"}},
		{"unknown connection", askAcme("other"), known, []string{"error unknown_connection 6:49"}},
		{"connection that may come later", askAcme("other"), lenient, []string{"warning unknown_connection 6:49"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			draft, err := c.workshop.Check([]byte(c.source))
			if err != nil {
				t.Fatal(err)
			}
			if draft.Problems == nil {
				t.Error("the problems are nil, which is null in JSON")
			}
			var got []string
			for _, p := range draft.Problems {
				got = append(got, fmt.Sprintf("%s %s %d:%d", p.Severity, p.Code, p.Line, p.Column))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q: %v", got, c.want, draft.Problems)
			}
		})
	}
}

func TestCheckOfWhatIsNoFlowFile(t *testing.T) {
	t.Parallel()
	var syntax *flowfile.SyntaxError
	if _, err := workshop(t).Check([]byte("redial: [")); !errors.As(err, &syntax) {
		t.Errorf("got error %v, want a SyntaxError", err)
	}
}

func TestPublishingTheSameMakesNoVersion(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	first := r.publish(t, "mirror")
	if first.Number != 1 {
		t.Fatalf("the first version has number %d", first.Number)
	}
	if again := r.publish(t, "mirror"); again.ID != first.ID || again.Number != 1 {
		t.Errorf("publishing again made version %d", again.Number)
	}
	// Neither comments nor the way in which it is written are content.
	document, err := flowfile.Read([]byte(mirror))
	if err != nil {
		t.Fatal(err)
	}
	inJSON, err := flowfile.WriteJSON(document.Flow)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.drafts.Put(t.Context(), "mirror", "", inJSON, nil); err != nil {
		t.Fatal(err)
	}
	if again := r.publish(t, "mirror"); again.ID != first.ID {
		t.Errorf("the same flow in JSON made version %d", again.Number)
	}
	r.put(t, strings.Replace(mirror, "trigger.body", "trigger.query", 1))
	if second := r.publish(t, "mirror"); second.Number != 2 {
		t.Errorf("another flow made version %d, want 2", second.Number)
	}
}

func TestPublishingFreezesTheManifestsInUse(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, askAcme("acme"))
	version := r.publish(t, "mirror")
	acme, err := r.Library.Catalogue().Component("acme")
	if err != nil {
		t.Fatal(err)
	}
	if len(version.Components) != 1 || version.Components[0].Hash != acme.Hash || version.Components[0].Name != "acme" {
		t.Errorf("frozen are %v, want acme alone", version.Components)
	}
}

func TestProblemsPreventPublishingAndTesting(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, askAcme("nobody"))
	version, problems, err := r.Publish(t.Context(), r.drafts, "mirror", "")
	if version != nil || err != nil || !flow.HasErrors(problems) {
		t.Errorf("publishing: version %v, problems %v, error %v", version, problems, err)
	}
	version, _, _, problems, err = r.freeze(t, "mirror")
	if version != nil || err != nil || !flow.HasErrors(problems) {
		t.Errorf("freezing: version %v, problems %v, error %v", version, problems, err)
	}
	if _, err := r.store.Published(t.Context(), "mirror"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("something was published, error %v", err)
	}
}

// freeze keeps the draft of a flow for a test of all of it.
func (r *room) freeze(t *testing.T, slug string) (*flow.Version, flow.Settings, *designer.Trial, []flow.Problem, error) {
	t.Helper()
	return r.FreezeTrial(t.Context(), r.drafts, slug, designer.AimAll, "", designer.Known{})
}

func TestWarningsDoNot(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.Lenient = true
	r.put(t, askAcme("nobody"))
	r.publish(t, "mirror")
}

func TestFreezingADraftForATest(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirrorWith("mode: async\n"))
	version, settings, _, problems, err := r.freeze(t, "mirror")
	if err != nil || problems != nil {
		t.Fatalf("problems %v, error %v", problems, err)
	}
	if version.Number != 0 || settings.Mode != flow.Async {
		t.Errorf("got version %d and mode %s, want 0 and that of the draft", version.Number, settings.Mode)
	}
	if strings.Contains(string(version.Content), "async") {
		t.Errorf("the settings are part of the content: %s", version.Content)
	}
	if _, err := r.store.Published(t.Context(), "mirror"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a test published the draft, error %v", err)
	}
}

func TestUnknownFlows(t *testing.T) {
	t.Parallel()
	r := open(t)
	if _, _, err := r.Publish(t.Context(), r.drafts, "nobody", ""); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("publishing: got error %v, want ErrNotFound", err)
	}
	if _, _, _, _, err := r.freeze(t, "nobody"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("freezing: got error %v, want ErrNotFound", err)
	}
}
