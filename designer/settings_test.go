package designer_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
)

func TestSettingsChangeWithoutANewVersion(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	first := r.publish(t, "mirror")
	changed := r.change(t, map[string]any{
		"mode": "async", "deadline": "1m30s", "on_deadline": "fail", "on_disconnect": "cancel",
		"callers_choose": false, "concurrency": int64(7),
	})
	want := flow.Settings{
		Mode: flow.Async, Deadline: flow.Duration(90 * time.Second), OnDeadline: flow.FailAtDeadline,
		OnDisconnect: flow.CancelOnDisconnect, CallersChoose: false, Concurrency: 7,
	}
	if changed.Settings != want || changed.Revision != 2 {
		t.Errorf("got %+v, want %+v at revision 2", changed, want)
	}
	if published := r.published(t); published.Settings != want || published.Version.ID != first.ID {
		t.Errorf("published is %+v, want the first version with %+v", published, want)
	}
	draft, err := r.Check([]byte(r.source(t, "mirror")))
	if err != nil || draft.Flow.Settings != want || len(draft.Problems) > 0 {
		t.Errorf("the draft has %+v, problems %v and error %v, want %+v", draft.Flow.Settings, draft.Problems, err, want)
	}
	if again := r.publish(t, "mirror"); again.ID != first.ID {
		t.Errorf("publishing after it made version %d", again.Number)
	}
	if published := r.published(t); published.Settings != want {
		t.Errorf("publishing after it put %+v into effect, want %+v", published.Settings, want)
	}
}

// Settings that a draft has and the published flow has not wait for publishing,
// also while others change.
func TestOnlyNamedSettingsChange(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	r.publish(t, "mirror")
	r.put(t, mirrorWith("deadline: 5s\nconcurrency: 3\n"))
	r.change(t, map[string]any{"mode": "async"})

	want := flow.DefaultSettings()
	want.Mode = flow.Async
	if got := r.published(t).Settings; got != want {
		t.Errorf("published are %+v, want %+v", got, want)
	}
	r.publish(t, "mirror")
	want.Deadline, want.Concurrency = flow.Duration(5*time.Second), 3
	if got := r.published(t).Settings; got != want {
		t.Errorf("after publishing there are %+v, want %+v", got, want)
	}
}

func TestSettingsOfAFlowThatIsNotPublished(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	r.change(t, map[string]any{"mode": "async"})
	if _, err := r.store.Published(t.Context(), "mirror"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the flow was published, error %v", err)
	}
	r.publish(t, "mirror")
	if got := r.published(t).Settings.Mode; got != flow.Async {
		t.Errorf("published has mode %s", got)
	}
}

func TestSettingsThatStayLeaveTheDraftAlone(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	for _, values := range []map[string]any{{}, {"mode": "sync"}, {"deadline": "25s", "concurrency": int64(0)}} {
		if changed := r.change(t, values); changed.Revision != 1 {
			t.Errorf("%v: the revision is %d, want 1", values, changed.Revision)
		}
		if got := r.source(t, "mirror"); got != mirror {
			t.Errorf("%v: the draft was written anew:\n%s", values, got)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	r.publish(t, "mirror")
	for _, c := range []struct {
		name  string
		value any
		part  string
	}{
		{"mode", "later", `mode is "later"; it is either sync or async`},
		{"mode", nil, "mode cannot be null; it is sync or async"},
		{"mode", int64(1), "mode cannot be 1"},
		{"mode", map[string]any{"a": strings.Repeat("x", 1000)}, "mode cannot be"},
		{"deadline", "soon", `deadline: "soon" is not a duration`},
		{"deadline", "0s", "deadline is 0s"},
		{"deadline", "15m1s", "at most 15m"},
		{"deadline", int64(25), `deadline cannot be 25; it is a duration such as "25s"`},
		{"on_deadline", "wait", "either handover or fail"},
		{"on_deadline", true, "on_deadline cannot be true; it is handover or fail"},
		{"on_disconnect", "stop", "either continue or cancel"},
		{"on_disconnect", 1.5, "on_disconnect cannot be 1.5; it is continue or cancel"},
		{"callers_choose", "yes", `callers_choose cannot be "yes"; it is true or false`},
		{"concurrency", int64(-1), "concurrency is -1"},
		{"concurrency", 1.5, "concurrency cannot be 1.5"},
		{"concurrency", int64(1) << 40, "concurrency cannot be 1099511627776"},
		{"concurrency", "1", `concurrency cannot be "1"; it is a number of executions`},
		{"name", "x", `"name" is no setting that can be changed without publishing`},
		{"on_deadlin", "fail", `did you mean "on_deadline"?`},
		{strings.Repeat("x", 1000), "", "is no setting"},
	} {
		values := map[string]any{"mode": "async", "callers_choose": false}
		values[c.name] = c.value
		_, err := designer.ChangeSettings(t.Context(), r.drafts, "mirror", values, nil)
		var wrong *designer.SettingError
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Message, c.part) || len(wrong.Message) > 200 {
			t.Errorf("%.20s: %.20v: got error %v, want a SettingError with %q", c.name, c.value, err, c.part)
		}
	}
	if got := r.published(t).Settings; got != flow.DefaultSettings() || r.source(t, "mirror") != mirror {
		t.Errorf("a wrong value changed the others: %+v\n%s", got, r.source(t, "mirror"))
	}
}

func TestSettingsOfARevision(t *testing.T) {
	t.Parallel()
	r := open(t)
	stale := r.put(t, mirror)
	now := r.put(t, mirrorWith("name: Mirror\n"))
	async := map[string]any{"mode": "async"}
	if _, err := designer.ChangeSettings(t.Context(), r.drafts, "mirror", async, &stale); !errors.Is(err, designer.ErrRevision) {
		t.Errorf("a stale revision: got error %v, want ErrRevision", err)
	}
	changed, err := designer.ChangeSettings(t.Context(), r.drafts, "mirror", async, &now)
	if err != nil || changed.Revision != now+1 {
		t.Errorf("the revision that there is: got %+v and error %v", changed, err)
	}
	if _, err := designer.ChangeSettings(t.Context(), r.drafts, "nobody", async, nil); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("an unknown flow: got error %v, want ErrNotFound", err)
	}
}

func TestSettingsChangeBesideEdits(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	drafts := &interrupted{r.drafts, []string{mirrorWith("name: One\n"), mirrorWith("name: Two\n")}}
	changed, err := designer.ChangeSettings(t.Context(), drafts, "mirror", map[string]any{"mode": "async"}, nil)
	if err != nil || changed.Revision != 4 {
		t.Fatalf("got %+v and error %v, want revision 4", changed, err)
	}
	draft, err := r.Check([]byte(r.source(t, "mirror")))
	if err != nil || draft.Flow.Name != "Two" || draft.Flow.Settings.Mode != flow.Async {
		t.Errorf("the draft is %+v, error %v, want both changes", draft.Flow, err)
	}
	// Edits that never stop end in an error.
	for i := range 20 {
		drafts.edits = append(drafts.edits, mirrorWith("name: "+strings.Repeat("x", i)+"\n"))
	}
	if _, err := designer.ChangeSettings(t.Context(), drafts, "mirror", map[string]any{"mode": "sync"}, nil); !errors.Is(err, designer.ErrRevision) {
		t.Errorf("got error %v, want ErrRevision", err)
	}
}

// Writing a draft anew would lose what cannot be read in it.
func TestSettingsDoNotLoseWhatIsWrongWithADraft(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.put(t, mirror)
	r.publish(t, "mirror")
	source := mirrorWith("colour: red\nmode: later\n")
	r.put(t, source)
	changed := r.change(t, map[string]any{"mode": "async"})
	if len(changed.Problems) != 1 || changed.Problems[0].Code != flow.CodeUnknownKey {
		t.Errorf("got problems %v, want the unknown key alone", changed.Problems)
	}
	if r.source(t, "mirror") != source || r.published(t).Settings.Mode != flow.Sync {
		t.Error("something was changed")
	}
	// What the change mends is no obstacle.
	r.put(t, mirrorWith("mode: later\n"))
	if changed := r.change(t, map[string]any{"mode": "async"}); changed.Problems != nil || r.published(t).Settings.Mode != flow.Async {
		t.Errorf("got %+v, want the mode mended", changed)
	}
}
