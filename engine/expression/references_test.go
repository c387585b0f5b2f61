package expression_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/engine/expression"
)

func TestRenameSteps(t *testing.T) {
	t.Parallel()
	const bare, template = expression.LanguageExpression, expression.LanguageTemplate
	for _, c := range []struct {
		language     expression.Language
		source, want string // want "": nothing changes
	}{
		{bare, `steps.old.qty > 1`, `steps.fresh.qty > 1`},
		{bare, `steps?.old?.qty`, `steps?.fresh?.qty`},
		{bare, `steps["old"].qty`, `steps["fresh"].qty`},
		{bare, `steps['old']`, `steps['fresh']`},
		{bare, "steps[`old`]", "steps[`fresh`]"},
		{bare, `steps?.["old"]`, `steps?.["fresh"]`},
		{bare, ` steps . old `, ` steps . fresh `},
		{bare, `steps /* of it */ .old`, `steps /* of it */ .fresh`},
		{bare, `ran("old") ? steps.old : steps.other`, `ran("fresh") ? steps.fresh : steps.other`},
		{bare, `filter(steps.old, .qty > steps.old[0].qty)`, `filter(steps.fresh, .qty > steps.fresh[0].qty)`},
		{bare, `{old: steps.old, "steps.old": 1}`, `{old: steps.fresh, "steps.old": 1}`},
		{bare, `"ä" + steps.old + "ö" + steps.old`, `"ä" + steps.fresh + "ö" + steps.fresh`},
		{bare, `steps.in.x + steps.old`, `steps.in.x + steps.fresh`},

		{bare, `"steps.old" + 'ran("old")'`, ``},
		{bare, `config.steps.old`, ``},
		{bare, `config?.steps.old`, ``},
		{bare, `filter(config.list, .steps.old)`, ``},
		{bare, `filter(config.list, #.steps.old)`, ``},
		{bare, `steps.older.old`, ``},
		{bare, `trigger.body.old`, ``},
		{bare, `contains("ran", "old")`, ``},
		{bare, `steps[old]`, ``},
		{bare, `steps["old" + "er"]`, ``},
		{bare, `// steps.old`, ``},
		{bare, `old`, ``},
		{bare, ``, ``},

		{bare, `let steps = {old: 1}; steps.old`, ``},
		{bare, `let steps = {old: steps.old}; steps.old`, `let steps = {old: steps.fresh}; steps.old`},
		{bare, `(let steps = 1; steps.old) + steps.old`, `(let steps = 1; steps.old) + steps.fresh`},
		{bare, `[(let steps = 1; steps.old), steps.old]`, `[(let steps = 1; steps.old), steps.fresh]`},
		{bare, `let x = steps.old; x + steps.old`, `let x = steps.fresh; x + steps.fresh`},
		{bare, `let old = 1; old + steps.old`, `let old = 1; old + steps.fresh`},

		{bare, `steps.old. `, `steps.fresh. `},
		{bare, `steps.old + (`, `steps.fresh + (`},
		{bare, `steps.old) + steps.old`, `steps.fresh) + steps.fresh`},
		{bare, `steps["old"`, `steps["fresh"`},
		{bare, `steps.old + "never closed`, `steps.fresh + "never closed`},
		{bare, `steps.`, ``},
		{bare, `ran(`, ``},

		{template, `{{ steps.old }}`, `{{ steps.fresh }}`},
		{template, `Dear {{ steps.old.name }}, steps.old {{ {"a": {"b": steps.old}} }} and {{ "}}" + steps.old }}.`,
			`Dear {{ steps.fresh.name }}, steps.old {{ {"a": {"b": steps.fresh}} }} and {{ "}}" + steps.fresh }}.`},
		{template, `steps.old`, ``},
		{template, `{{ "{{" }} steps.old }}`, ``},
		{template, `{{ steps.old`, `{{ steps.fresh`},
		{template, `{{ steps.old. }} {{ steps.old }}`, `{{ steps.fresh. }} {{ steps.fresh }}`},
		{template, `{{ § }} {{ steps.old }}`, `{{ § }} {{ steps.fresh }}`},
		{template, `{{ let steps = 1; steps.old }} {{ steps.old }}`, `{{ let steps = 1; steps.old }} {{ steps.fresh }}`},
	} {
		got, changed := expression.RenameSteps(c.source, c.language, map[string]string{"old": "fresh"})
		want := c.want
		if want == "" {
			want = c.source
		}
		if got != want || changed != (c.want != "") {
			t.Errorf("%s\n became %s (changed: %t)\n  want  %s", c.source, got, changed, want)
		}
	}
}

func TestRenameStepsSwaps(t *testing.T) {
	t.Parallel()
	got, _ := expression.RenameSteps(`steps.a + steps.b`, expression.LanguageExpression, map[string]string{"a": "b", "b": "a"})
	if want := `steps.b + steps.a`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// piecesOfExpressions make many texts, whole ones and broken ones.
var piecesOfExpressions = []string{
	"steps", ".", "?.", "old", "fresh", "other", "[", "]", "(", ")", "{", "}", "{{", "}}", `"`, "'", "`", `"old"`,
	"ran", "let", "=", ";", ",", " ", "ä", "#", "//", "/*", "*/", "\n", "1", "steps.old", `ran("old")`, `steps["old"]`, ":", "\\", "\x00", "\xff",
}

func TestRenamingStepsThereAndBackGivesTheSameText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(rapid.SampledFrom(piecesOfExpressions), 0, 30).Draw(t, "pieces"), "")
		language := rapid.SampledFrom([]expression.Language{expression.LanguageExpression, expression.LanguageTemplate}).Draw(t, "language")
		there, changed := expression.RenameSteps(source, language, map[string]string{"old": "never_seen"})
		back, again := expression.RenameSteps(there, language, map[string]string{"never_seen": "old"})
		if back != source || changed != again {
			t.Fatalf("%q became %q and then %q", source, there, back)
		}
		for _, ref := range expression.StepReferences(there, language) {
			if ref.ID == "old" || there[ref.Start:ref.End] != ref.ID {
				t.Fatalf("%q refers to %+v", there, ref)
			}
		}
	})
}

func TestReferencesAreThoseOfTheCompiler(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`steps.a.x + steps["b"] + steps?.c`, `filter(steps.a, .x == steps.b)`, `let n = steps.a; n + steps.b`,
		`map([1], {x: #, y: steps.a})`, `steps.a ?? steps.b`,
	} {
		program, faults := expression.Compile(source, nil)
		if program == nil {
			t.Fatalf("%s: %v", source, faults)
		}
		want := map[string]bool{}
		for _, read := range program.Reads() {
			want[read.Step()] = true
		}
		got := map[string]bool{}
		for _, ref := range expression.StepReferences(source, expression.LanguageExpression) {
			got[ref.ID] = true
			if !want[ref.ID] {
				t.Errorf("%s: %s is no reference", source, ref.ID)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s refers to %v, want %v", source, got, want)
		}
	}
}
