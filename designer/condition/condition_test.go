package condition_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/designer/condition"
	"redial/engine/expression"
)

func TestRead(t *testing.T) {
	t.Parallel()
	row := func(field string, o condition.Operator, value string) condition.Row {
		return condition.Row{Field: field, Operator: o, Value: value}
	}
	for source, want := range map[string]condition.Condition{
		``:                      {Join: condition.All, Groups: [][]condition.Row{{row("", condition.Is, "")}}},
		`trigger.body.n<=2`:     {Join: condition.All, Groups: [][]condition.Row{{row("trigger.body.n", condition.LessOrEqual, "2")}}},
		`a == "12"`:             {Join: condition.All, Groups: [][]condition.Row{{row("a", condition.Is, `"12"`)}}},
		`a != null && !b`:       {Join: condition.All, Groups: [][]condition.Row{{row("a", condition.Exists, "")}, {row("b", condition.IsNotTrue, "")}}},
		`a == b.c`:              {Join: condition.All, Groups: [][]condition.Row{{row("a", condition.Is, "{{ b.c }}")}}},
		`a in ["x", 1, "y, z"]`: {Join: condition.All, Groups: [][]condition.Row{{row("a", condition.IsOneOf, `x, 1, "y, z"`)}}},
		`(a > 1 or b) and c startsWith "L"`: {Join: condition.All, Groups: [][]condition.Row{
			{row("a", condition.Greater, "1"), row("b", condition.IsTrue, "")}, {row("c", condition.StartsWith, "L")},
		}},
		`a and b or c`: {Join: condition.Any, Groups: [][]condition.Row{
			{row("a", condition.IsTrue, ""), row("b", condition.IsTrue, "")}, {row("c", condition.IsTrue, "")},
		}},
		// What is not filled in yet.
		`a >= _`:       {Join: condition.All, Groups: [][]condition.Row{{row("a", condition.GreaterOrEqual, "")}}},
		`_ == __`:      {Join: condition.All, Groups: [][]condition.Row{{row("", condition.Is, "{{  }}")}}},
		`a not in [_]`: {Join: condition.All, Groups: [][]condition.Row{{row("a", condition.IsNoneOf, "")}}},
		`not _ and _`:  {Join: condition.All, Groups: [][]condition.Row{{row("", condition.IsNotTrue, "")}, {row("", condition.IsTrue, "")}}},
		`a + 1 > 2`:    {Join: condition.All, Groups: [][]condition.Row{{row("a + 1", condition.Greater, "2")}}},
	} {
		got, err := condition.Read(source)
		if err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: got %+v, %v; want %+v", source, got, err, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]error{
		`a ==`:                             condition.ErrSyntax,
		`a ? b : c`:                        condition.ErrOther,
		`true`:                             condition.ErrOther,
		`a in b`:                           condition.ErrOther,
		`not (a == 1)`:                     condition.ErrOther,
		`1 + 2`:                            condition.ErrOther,
		`(a or (b and (c or d)))`:          condition.ErrDeep,
		strings.Repeat("a and ", 60) + "a": condition.ErrLong,
		`a == 1 and let x = 2; x > 1`:      condition.ErrSyntax,
	} {
		if got, err := condition.Read(source); !errors.Is(err, want) {
			t.Errorf("%s: got %+v, %v; want %v", source, got, err, want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []condition.Row{
		{Field: strings.Repeat("x", 5000), Operator: condition.IsTrue},
		{Field: "a", Operator: "nothing", Value: "1"},
		{Field: "a", Operator: condition.Is, Value: strings.Repeat("x", 5000)},
	} {
		written, err := condition.Write(&condition.Condition{Join: condition.All, Groups: [][]condition.Row{{{Field: "b", Operator: condition.IsTrue}}, {row}}})
		var refused *condition.Refused
		if !errors.As(err, &refused) || refused.Group != 1 {
			t.Errorf("%+v: got %q, %v", row, written, err)
		}
	}
}

// What is not filled in is kept, and is no condition that a flow can run with.
func TestWriteKeepsWhatIsNotFilledIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		row         condition.Row
		want, lacks string
	}{
		{condition.Row{Operator: condition.Is, Value: "1"}, `_ == 1`, "field"},
		{condition.Row{Operator: condition.Exists}, `_ != null`, "field"},
		{condition.Row{Field: "1", Operator: condition.Less}, `1 < _`, "value"},
		{condition.Row{Field: "1", Operator: condition.Is, Value: "{{ }}"}, `1 == __`, "value"},
		{condition.Row{Field: "1", Operator: condition.IsOneOf, Value: " "}, `1 in [_]`, "value"},
		{condition.Row{Field: "1", Operator: condition.Exists}, `1 != null`, ""},
	} {
		written, err := condition.Write(&condition.Condition{Join: condition.All, Groups: [][]condition.Row{{test.row}}})
		if err != nil || written != test.want || test.row.Lacks() != test.lacks {
			t.Errorf("%+v: got %s, %v, which lacks %q", test.row, written, err, test.row.Lacks())
		}
		_, faults := expression.Compile(written, &expression.Scope{})
		if told := len(faults) > 0 && strings.Contains(faults[0].Message, "fill in what belongs at _"); told != (test.lacks != "") {
			t.Errorf("%s: the check says %v", written, faults)
		}
	}
}

// What is wrong is kept as it was written, and is told by the check.
func TestWriteKeepsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		row        condition.Row
		want, says string
	}{
		{condition.Row{Field: "trigger.body.", Operator: condition.Is, Value: "1"}, `_("trigger.body.") == 1`, "trigger.body. cannot be read: the expression ends too early"},
		{condition.Row{Field: "a b", Operator: condition.IsNotTrue}, `not _("a b")`, "a b cannot be read: "},
		{condition.Row{Field: "1", Operator: condition.Is, Value: "{{ b == }}"}, `1 == __("b ==")`, "b == cannot be read: "},
		{condition.Row{Field: "1", Operator: condition.IsOneOf, Value: "x, ,y"}, `1 in [_("x, ,y")]`, "x, ,y cannot be read: "},
	} {
		written, err := condition.Write(&condition.Condition{Join: condition.All, Groups: [][]condition.Row{{test.row}}})
		if err != nil || written != test.want {
			t.Errorf("%+v: got %s, %v; want %s", test.row, written, err, test.want)
			continue
		}
		if again, err := condition.Read(written); err != nil || !reflect.DeepEqual(again.Groups, [][]condition.Row{{test.row}}) {
			t.Errorf("%s: comes back as %+v, %v", written, again, err)
		}
		if program, faults := expression.Compile(written, nil); program != nil || len(faults) == 0 || !strings.Contains(faults[0].Message, test.says) {
			t.Errorf("%s: the check says %+v", written, faults)
		}
	}
}

func TestValueKind(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]struct {
		kind     condition.ValueKind
		likeData bool
	}{
		"":                         {condition.TextValue, false},
		"LAMP-01":                  {condition.TextValue, false},
		`"12"`:                     {condition.TextValue, false},
		"-1.5":                     {condition.NumberValue, false},
		"true":                     {condition.TruthValue, false},
		" {{ trigger.body.n }} ":   {condition.DataValue, false},
		"trigger.body.n":           {condition.TextValue, true},
		` steps.a.lines[0]["x y"]`: {condition.TextValue, true},
		"trigger":                  {condition.TextValue, false},
		"shop.example.com":         {condition.TextValue, false},
		"trigger.body.n + 1":       {condition.TextValue, false},
	} {
		row := condition.Row{Field: "a", Operator: condition.Is, Value: value}
		if row.ValueKind() != want.kind || row.TextLikeData() != want.likeData {
			t.Errorf("%q is %s, like data: %t", value, row.ValueKind(), row.TextLikeData())
		}
	}
	if several := (&condition.Row{Operator: condition.IsOneOf, Value: "1"}); several.ValueKind() != condition.ListValue || several.TextLikeData() {
		t.Errorf("one of is %s", several.ValueKind())
	}
}

// fields are what rows look at in the tests, and what those hold.
var fields = map[string]any{
	"trigger.body.text": "LAMP-01", "trigger.body.none": nil, "trigger.body.blank": "", "trigger.body.number": int64(12),
	"trigger.body.yes": true, "trigger.body.no": false, "trigger.body.list": []any{"a", int64(1)}, "trigger.body.nothing": []any{},
	`trigger.body["odd key"]`: "a, b", "trigger.body.number + 1": int64(13),
}

func scope() *expression.Values {
	return &expression.Values{Trigger: map[string]any{"body": map[string]any{
		"text": "LAMP-01", "none": nil, "blank": "", "number": int64(12), "yes": true, "no": false,
		"list": []any{"a", int64(1)}, "nothing": []any{}, "odd key": "a, b",
	}}}
}

// rows draws rows whose comparisons have a meaning: text with text, numbers with
// numbers.
func rows(t *rapid.T) condition.Row {
	names := []string{"trigger.body.text", "trigger.body.number", "trigger.body.yes", "trigger.body.list", `trigger.body["odd key"]`,
		"trigger.body.none", "trigger.body.blank", "trigger.body.no", "trigger.body.nothing", "trigger.body.number + 1"}
	row := condition.Row{Field: rapid.SampledFrom(names).Draw(t, "field")}
	all := []condition.Operator{condition.Exists, condition.IsMissing, condition.IsEmpty, condition.IsNotEmpty, condition.IsOneOf, condition.IsNoneOf, condition.Is, condition.IsNot}
	switch value := fields[row.Field].(type) {
	case string:
		all = append(all, condition.Contains, condition.ContainsNot, condition.StartsWith, condition.EndsWith)
		row.Value = rapid.SampledFrom([]string{"LAMP-01", "L", "a", `"12"`, `"true"`, `""`, `"a, b"`, `"say \"x\""`, "ü 🎉", `"{{ x }}"`}).Draw(t, "text")
	case int64:
		all = append(all, condition.Less, condition.LessOrEqual, condition.Greater, condition.GreaterOrEqual)
		row.Value = rapid.SampledFrom([]string{"12", "-1", "13", "1.5", "9007199254740993"}).Draw(t, "number")
	case bool:
		all = append(all, condition.IsTrue, condition.IsNotTrue)
		row.Value = rapid.SampledFrom([]string{"true", "false"}).Draw(t, "truth")
	case []any:
		all = append(all[:6], condition.Contains, condition.ContainsNot)
		row.Value = rapid.SampledFrom([]string{"a", "1", "b"}).Draw(t, "item")
	default:
		_ = value
		all = all[:6]
		row.Value = rapid.SampledFrom([]string{"a", "1"}).Draw(t, "any")
	}
	row.Operator = rapid.SampledFrom(all).Draw(t, "operator")
	for _, d := range condition.Operators() {
		if d.Operator == row.Operator && d.Takes == condition.Nothing {
			row.Value = ""
		}
		if d.Operator == row.Operator && d.Takes == condition.OneValue {
			row.Value = map[string]string{`"a, b"`: "a, b", `"say \"x\""`: `say "x"`}[row.Value] + unless(row.Value, `"a, b"`, `"say \"x\""`)
		}
		if d.Operator == row.Operator && d.Takes == condition.Values && rapid.Bool().Draw(t, "more") {
			row.Value += `, "x, y"`
		}
	}
	return row
}

// unless is a text, or empty if it is one of some.
func unless(text string, some ...string) string {
	if slices.Contains(some, text) {
		return ""
	}
	return text
}

func draw(t *rapid.T) *condition.Condition {
	c := &condition.Condition{Join: rapid.SampledFrom([]condition.Join{condition.All, condition.Any}).Draw(t, "join")}
	for range rapid.IntRange(1, 4).Draw(t, "groups") {
		group := []condition.Row{rows(t)}
		for range rapid.IntRange(0, 2).Draw(t, "rows") {
			group = append(group, rows(t))
		}
		c.Groups = append(c.Groups, group)
	}
	if len(c.Groups) == 1 { // one level: no join to tell of, or that of the rows
		c.Groups[0] = c.Groups[0][:1]
		c.Join = condition.All
	}
	return c
}

func TestRowsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		source, err := condition.Write(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := condition.Read(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if !reflect.DeepEqual(c, again) {
			t.Fatalf("%s:\n wrote %+v\n read  %+v", source, c, again)
		}
	})
}

func TestExpressionSaysWhatTheRowsSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		source, err := condition.Write(c)
		if err != nil {
			t.Fatal(err)
		}
		program, faults := expression.CompileCondition(source, nil)
		if program == nil {
			t.Fatalf("%s: %+v", source, faults)
		}
		got, err := program.Boolean(scope())
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if want := meant(c); got != want {
			t.Fatalf("%s is %v; the rows say %v", source, got, want)
		}
	})
}

// meant is what a person reads from the rows.
func meant(c *condition.Condition) bool {
	join := func(j condition.Join, truths []bool) bool {
		for _, truth := range truths {
			if truth == (j == condition.Any) {
				return truth
			}
		}
		return j == condition.All
	}
	var outer []bool
	for _, group := range c.Groups {
		var inner []bool
		for i := range group {
			inner = append(inner, holds(&group[i]))
		}
		outer = append(outer, join(c.Join.Other(), inner))
	}
	return join(c.Join, outer)
}

func holds(r *condition.Row) bool {
	field := fields[r.Field]
	list, isList := field.([]any)
	values := wanted(r.Value)
	among := func(value any, in []any) bool {
		for _, one := range in {
			if fmt.Sprint(value) == fmt.Sprint(one) && fmt.Sprintf("%T", value) == fmt.Sprintf("%T", one) {
				return true
			}
		}
		return false
	}
	number := func() (float64, float64) {
		var a, b float64
		_, _ = fmt.Sscan(fmt.Sprint(field), &a) // the fields are numbers here
		_, _ = fmt.Sscan(r.Value, &b)
		return a, b
	}
	switch r.Operator {
	case condition.Exists:
		return field != nil
	case condition.IsMissing:
		return field == nil
	case condition.IsEmpty, condition.IsNotEmpty:
		empty := field == nil || field == "" || isList && len(list) == 0
		return empty == (r.Operator == condition.IsEmpty)
	case condition.Is, condition.IsOneOf:
		return among(field, values)
	case condition.IsNot, condition.IsNoneOf:
		return !among(field, values)
	case condition.Contains, condition.ContainsNot:
		holds := isList && among(values[0], list)
		if text, isText := field.(string); isText {
			holds = strings.Contains(text, values[0].(string))
		}
		return holds == (r.Operator == condition.Contains)
	case condition.StartsWith:
		return strings.HasPrefix(field.(string), values[0].(string))
	case condition.EndsWith:
		return strings.HasSuffix(field.(string), values[0].(string))
	case condition.IsTrue, condition.IsNotTrue:
		return field.(bool) == (r.Operator == condition.IsTrue)
	default:
	}
	a, b := number()
	return map[condition.Operator]bool{
		condition.Less: a < b, condition.LessOrEqual: a <= b, condition.Greater: a > b, condition.GreaterOrEqual: a >= b,
	}[r.Operator]
}

// wanted are the values that a text of the tests stands for.
func wanted(text string) []any {
	known := map[string]any{
		`"12"`: "12", `"true"`: "true", `""`: "", `"a, b"`: "a, b", `"say \"x\""`: `say "x"`, `"{{ x }}"`: "{{ x }}",
		"12": int64(12), "-1": int64(-1), "13": int64(13), "1.5": 1.5, "9007199254740993": int64(9007199254740993), "1": int64(1),
		"true": true, "false": false,
	}
	first, more := strings.CutSuffix(text, `, "x, y"`)
	values := []any{first}
	if value, found := known[first]; found {
		values[0] = value
	}
	if more {
		values = append(values, "x, y")
	}
	return values
}
