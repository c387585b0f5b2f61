package expression_test

import (
	"strings"
	"testing"

	"redial/engine/expression"
)

// outline writes the form of an expression with brackets around every part.
func outline(s *expression.Syntax) string {
	parts := make([]string, len(s.Parts))
	for i, part := range s.Parts {
		parts[i] = outline(part)
	}
	inner := strings.Join(parts, " ")
	switch s.Kind {
	case expression.SyntaxLiteral:
		return expression.Literal(s.Value)
	case expression.SyntaxName:
		return s.Name
	case expression.SyntaxItem:
		return "#"
	case expression.SyntaxMember:
		return inner + "." + s.Name
	case expression.SyntaxIndex:
		return parts[0] + "[" + parts[1] + "]"
	case expression.SyntaxList:
		return "[" + inner + "]"
	case expression.SyntaxObject:
		return "{" + inner + "}"
	case expression.SyntaxCall:
		return s.Name + "(" + inner + ")"
	case expression.SyntaxOperator:
		return "<" + s.Name + " " + inner + ">"
	default:
		return "?" + inner
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`trigger.body["odd key"][0] <= -2`:   `<<= trigger.body.odd key[0] -2>`,
		`(a.b + 1) * 2 > c`:                  `<> <* <+ a.b 1> 2> c>`,
		`!a || b && c`:                       `<or <not a> <and b c>>`,
		`x not in [1, "a", null]`:            `<not <in x [1 "a" null]>>`,
		`not (a contains "x")`:               `<not <contains a "x">>`,
		`contains(a, "x")`:                   `contains(a "x")`,
		`map(a.b, {sku: .sku, "no": # + 1})`: `map(a.b {"sku" #.sku "no" <+ # 1>})`,
		`len(a) == 1 ? true : false`:         `?`,
	} {
		read, fault := expression.Parse(source)
		if fault != nil {
			t.Errorf("%s: %+v", source, fault)
			continue
		}
		if got := outline(read); got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
		if read.Source != source && read.Kind != expression.SyntaxOther {
			t.Errorf("%s: the whole is %s", source, read.Source)
		}
	}
	for _, source := range []string{"", "a ==", "(a", strings.Repeat("(", 5000)} {
		if read, fault := expression.Parse(source); fault == nil {
			t.Errorf("%.20s: got %s", source, outline(read))
		}
	}
}

func TestPartsKeepTheirSource(t *testing.T) {
	t.Parallel()
	read, fault := expression.Parse(`filter(a.b, .n > 1) == steps.x["y z"].list[0] ?? (1 + 2)`)
	if fault != nil {
		t.Fatal(fault)
	}
	var sources []string
	for s := read; len(s.Parts) > 0; s = s.Parts[len(s.Parts)-1] {
		for _, part := range s.Parts {
			sources = append(sources, part.Source)
		}
	}
	got := strings.Join(sources, " | ")
	for _, want := range []string{"filter(a.b, .n > 1)", `steps.x["y z"].list[0]`, "1 + 2"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not among %s", want, got)
		}
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"a&&b", "( a and b )", true}, {"a.b", `a["b"]`, true}, {"a == 1", "a == 1.0", false},
		{"a ? b : c", "a ? b : c", true}, {"a ? b : c", "a ? b : d", false}, {"f(a)", "f(a, b)", false},
	} {
		a, _ := expression.Parse(test.a)
		b, _ := expression.Parse(test.b)
		if a.Same(b) != test.same {
			t.Errorf("%s and %s: got %v", test.a, test.b, !test.same)
		}
	}
}
