package expression_test

import (
	"errors"
	"testing"
	"time"

	"redial/engine/expression"
)

// fuzzScope knows a little, so that faults, warnings and types all come up.
var fuzzScope = &expression.Scope{
	Trigger: &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{"body": {Kind: expression.Object, Open: true, Fields: map[string]*expression.Type{
		"n": {Kind: expression.Integer}, "s": {Kind: expression.Text}, "list": {Kind: expression.List},
	}}}},
	Steps:  map[string]expression.StepInfo{"a": {Upstream: true, MaySkip: true}, "b": {}},
	Config: map[string]*expression.Type{"c": nil},
	Items:  map[string]*expression.Type{"item": nil, "index": {Kind: expression.Integer}},
}

func fuzzValues() *expression.Values {
	return &expression.Values{
		Trigger: map[string]any{"body": map[string]any{"n": int64(3), "s": "text", "list": []any{int64(1), nil, "a", 1.5, map[string]any{"k": true}}}},
		Config:  map[string]any{"c": "x"},
		Step:    func(string) (any, bool) { return map[string]any{"x": int64(1)}, true },
		Items:   map[string]any{"item": map[string]any{"sku": "a"}, "index": int64(2)},
		Seed:    "seed",
	}
}

// addSources seeds a fuzzer with every source of the conformance cases.
func addSources(f *testing.F) {
	f.Helper()
	for _, source := range conformanceSources() {
		f.Add(source)
	}
	for _, fn := range expression.Functions() {
		for _, example := range fn.Examples {
			f.Add(example.Expression)
		}
	}
}

// checkFaults holds what must be true of faults whatever the source.
func checkFaults(t *testing.T, source string, compiled bool, faults []expression.Fault) {
	t.Helper()
	wrong := false
	for _, fault := range faults {
		if fault.Start < 0 || fault.End < fault.Start || fault.End > len(source) || fault.Message == "" || fault.Code == "" {
			t.Errorf("fault out of place in %q: %+v", source, fault)
		}
		wrong = wrong || !fault.Warning
	}
	if compiled == wrong {
		t.Errorf("%q compiled: %v, faults %v", source, compiled, faults)
	}
}

func checkError(t *testing.T, source string, err error) {
	t.Helper()
	var e *expression.Error
	if err == nil {
		return
	}
	if !errors.As(err, &e) || e.Source != source || e.Message == "" || e.Code == "" || e.Offset < 0 || e.End < e.Offset || e.End > len(source) {
		t.Errorf("%q: error %#v", source, err)
	}
}

// watch ends the process when a source takes far longer than any may: only so
// the fuzzer keeps a source that hangs.
func watch(source string) (done func()) {
	timer := time.AfterFunc(time.Minute, func() { panic("no end: " + source) })
	return func() { timer.Stop() }
}

func FuzzCompile(f *testing.F) {
	addSources(f)
	f.Fuzz(func(t *testing.T, source string) {
		defer watch(source)()
		for _, scope := range []*expression.Scope{nil, fuzzScope} {
			p, faults := expression.Compile(source, scope)
			checkFaults(t, source, p != nil, faults)
			if p == nil {
				continue
			}
			v, err := p.Eval(fuzzValues())
			checkError(t, source, err)
			if err == nil {
				checkPlain(t, v, 0)
			}
			e := p.Explain(fuzzValues())
			if (e.Err == nil) != (err == nil) {
				t.Errorf("%q: explained %v, evaluated %v", source, e.Err, err)
			}
		}
	})
}

func FuzzCompileTemplate(f *testing.F) {
	addSources(f)
	for _, source := range conformanceSources() {
		f.Add("a {{" + source + "}} b {{ 1 }}")
	}
	f.Fuzz(func(t *testing.T, source string) {
		defer watch(source)()
		for _, kind := range []expression.TemplateKind{expression.TextTemplate, expression.URLTemplate} {
			tmpl, faults := expression.CompileTemplate(source, fuzzScope, kind)
			checkFaults(t, source, tmpl != nil, faults)
			if tmpl == nil {
				continue
			}
			v, err := tmpl.Eval(fuzzValues())
			checkError(t, source, err)
			if err == nil {
				checkPlain(t, v, 0)
			}
		}
	})
}

// checkPlain holds that nothing but plain JSON values leaves.
func checkPlain(t *testing.T, v any, depth int) {
	t.Helper()
	if depth > 1100 {
		t.Error("the result nests too deep")
		return
	}
	switch v := v.(type) {
	case nil, bool, int64, string:
	case float64:
		if v-v != 0 {
			t.Errorf("the result is %v", v)
		}
	case []any:
		for _, item := range v {
			checkPlain(t, item, depth+1)
		}
	case map[string]any:
		for _, item := range v {
			checkPlain(t, item, depth+1)
		}
	default:
		t.Errorf("the result is a %T", v)
	}
}

func FuzzComplete(f *testing.F) {
	for i, source := range conformanceSources() {
		f.Add(source, i%(len(source)+1))
		f.Add("a {{ "+source, len(source)/2+5)
	}
	scope, values := completionWorld()
	f.Fuzz(func(t *testing.T, source string, offset int) {
		defer watch(source)()
		for _, language := range []expression.Language{expression.LanguageTemplate, expression.LanguageExpression} {
			checkCompletion(t, source, offset, expression.Complete(source, offset, language, scope, values))
			expression.Complete(source, offset, language, nil, nil)
		}
	})
}
