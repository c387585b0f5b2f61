package expression_test

import (
	"math"
	"math/big"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/engine/expression"
)

// plainValue generates plain JSON values.
func plainValue(depth int) *rapid.Generator[any] {
	scalar := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.String().AsAny(),
		rapid.Float64Range(-1e15, 1e15).Filter(func(f float64) bool { return f != math.Trunc(f) }).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(scalar...)
	}
	inner := rapid.Deferred(func() *rapid.Generator[any] { return plainValue(depth - 1) })
	return rapid.OneOf(append(scalar,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.String(), inner, 0, 4), func(m map[string]any) any { return m }))...)
}

// TestRoundTrip holds that values pass through unchanged, alone in a template
// and through JSON.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	through := compiledTemplate(t, "{{ trigger.body }}", nil, expression.TextTemplate)
	asText := compiled(t, "fromJSON(toJSON(trigger.body))", nil)
	equal := compiled(t, "trigger.body == fromJSON(text([trigger.body]))[0]", nil)
	rapid.Check(t, func(t *rapid.T) {
		v := plainValue(3).Draw(t, "value")
		values := body(v)
		got, err := through.Eval(values)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Fatalf("template gives %#v (%v) for %#v", got, err, v)
		}
		if got, err = asText.Eval(values); err != nil || !reflect.DeepEqual(got, v) {
			t.Fatalf("JSON gives %#v (%v) for %#v", got, err, v)
		}
		if got, err = equal.Eval(values); err != nil || got != true {
			t.Fatalf("%#v is not equal to itself: %v", v, err)
		}
	})
}

// TestTextIsInert holds that text in values and in literals is never read as a
// template or an expression.
func TestTextIsInert(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune(`{}"'\ab $#.|é`))).Draw(t, "text")
		before := strings.ReplaceAll(rapid.String().Draw(t, "before"), "{{", "")
		before = strings.TrimRight(before, "{")
		literal := strconv.Quote(s)
		tmpl, faults := expression.CompileTemplate(before+"{{ "+literal+" }}{{ trigger.body }}", nil, expression.TextTemplate)
		if tmpl == nil {
			t.Fatalf("%s: %v", literal, faults)
		}
		got, err := tmpl.Eval(body(s))
		if err != nil || got != before+s+s {
			t.Fatalf("%q (%v), want %q", got, err, before+s+s)
		}
	})
}

// TestIntegersAreExact compares + - * with integers of any size.
func TestIntegersAreExact(t *testing.T) {
	t.Parallel()
	programs := map[string]*expression.Program{}
	for _, op := range []string{"+", "-", "*"} {
		programs[op] = compiled(t, "trigger.body.a "+op+" trigger.body.b", nil)
	}
	compare := compiled(t, "trigger.body.a < trigger.body.f", nil)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		op := rapid.SampledFrom([]string{"+", "-", "*"}).Draw(t, "op")
		x, y, want := big.NewInt(a), big.NewInt(b), new(big.Int)
		switch op {
		case "+":
			want.Add(x, y)
		case "-":
			want.Sub(x, y)
		default:
			want.Mul(x, y)
		}
		got, err := programs[op].Eval(body(map[string]any{"a": a, "b": b}))
		if want.IsInt64() != (err == nil) || (err == nil && got != want.Int64()) {
			t.Fatalf("%d %s %d = %v (%v), want %v", a, op, b, got, err, want)
		}
		f := rapid.Float64Range(-1e19, 1e19).Draw(t, "f")
		less, err := compare.Eval(body(map[string]any{"a": a, "f": f}))
		exact := new(big.Float).SetPrec(200).SetInt64(a).Cmp(new(big.Float).SetPrec(200).SetFloat64(f)) < 0
		if err != nil || less != exact {
			t.Fatalf("%d < %v is %v (%v)", a, f, less, err)
		}
	})
}

// TestMoneyIsExact holds that sums of prices are exact to the cent.
func TestMoneyIsExact(t *testing.T) {
	t.Parallel()
	p := compiled(t, "text(sum(trigger.body, money(#)))", nil)
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.Int64Range(-1e9, 1e9), 1, 50).Draw(t, "cents")
		var total int64
		prices := make([]any, len(cents))
		for i, c := range cents {
			total += c
			prices[i] = float64(c) / 100
		}
		got, err := p.Eval(body(prices))
		want := new(big.Rat).SetFrac64(total, 100).FloatString(2)
		if err != nil || got != want {
			t.Fatalf("%v (%v), want %s", got, err, want)
		}
	})
}

// TestAddressesKeepTheirShape holds that no value changes which segments and
// query fields an address has.
func TestAddressesKeepTheirShape(t *testing.T) {
	t.Parallel()
	tmpl := compiledTemplate(t, "https://api.example.com/a/{{ trigger.body.p }}/b?q={{ trigger.body.q }}&r=1", nil, expression.URLTemplate)
	rapid.Check(t, func(t *rapid.T) {
		p, q := rapid.String().Draw(t, "p"), rapid.String().Draw(t, "q")
		got, err := tmpl.Eval(body(map[string]any{"p": p, "q": q}))
		if p == "" || p == "." || p == ".." {
			if err == nil {
				t.Fatalf("%q gives %v", p, got)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(got.(string))
		if err != nil {
			t.Fatal(err)
		}
		segments := strings.Split(u.EscapedPath(), "/")
		if u.Host != "api.example.com" || len(segments) != 4 || u.Path != "/a/"+p+"/b" || u.Query().Get("q") != q || u.Query().Get("r") != "1" || u.Fragment != "" {
			t.Fatalf("%q and %q give %s", p, q, got)
		}
	})
}
