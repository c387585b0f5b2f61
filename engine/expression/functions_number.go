package expression

import (
	"math"
	"strings"

	"github.com/shopspring/decimal"
)

func init() {
	const topic = "Numbers"
	declare(topic, "number(x: any) -> number", "The number that a text holds, whole where it is whole. Null and empty text give null; anything else is an error.",
		Function{null: nullHandled, eval: toNumber, result: func(a []*node) *Type {
			if len(a) == 1 && isNumber(a[0].typ.kind()) {
				return a[0].typ
			}
			return typeNumber.nullable()
		}}, `number("12.50")`, `12.5`, `number("9007199254740993")`, `9007199254740993`)
	declare(topic, "round(x: number, places?: whole) -> number", "The number rounded to places (0) after the point, halves away from zero. Negative places round before the point.",
		Function{eval: rounding(func(d decimal.Decimal, places int32) decimal.Decimal { return d.Round(places) })},
		`round(2.345, 2)`, `2.35`, `round(1250, -2)`, `1300`)
	declare(topic, "floor(x: number, places?: whole) -> number", "The next number down.",
		Function{eval: rounding(func(d decimal.Decimal, places int32) decimal.Decimal { return d.RoundFloor(places) })}, `floor(-1.5)`, `-2`)
	declare(topic, "ceil(x: number, places?: whole) -> number", "The next number up.",
		Function{eval: rounding(func(d decimal.Decimal, places int32) decimal.Decimal { return d.RoundCeil(places) })}, `ceil(1.21, 1)`, `1.3`)
	declare(topic, "abs(x: number) -> number", "The number without its sign.",
		Function{eval: absolute, result: sameNumber}, `abs(-5)`, `5`)
	declare(topic, "div(x: number, y: number) -> whole", "How many times y fits into x, a whole number; % gives what is left.",
		Function{eval: divide}, `div(7, 2)`, `3`)
	declare(topic, "money(x: number|text, places?: whole) -> number", "An exact decimal, rounded to places (2), halves away from zero. Sums, differences and products of it are exact; as text it keeps its places.",
		Function{eval: money}, `money(0.1) + money(0.2) == 0.3`, `true`, `text(money(12.5))`, `"12.50"`, `sum([money(19.99), money("0.01")])`, `20`)
	declare(topic, "formatNumber(x: number, pattern: text, locale?: text) -> text", "The number as people write it: # and 0 are digits (0 always shows), a comma groups, the point is followed by decimals; the locale (en) chooses the separators.",
		Function{eval: formatNumber}, `formatNumber(1234.5, "#,##0.00")`, `"1,234.50"`, `formatNumber(1234.5, "#,##0.00 €", "de")`, `"1.234,50 €"`, `formatNumber(0.256, "0.0%")`, `"25.6%"`)
	declare(topic, "avg(list: list) -> number", "The mean of the numbers; null items are left out. Null for none.",
		Function{eval: average}, `avg([1, 2, null, 6])`, `3`)
}

// wholeNumber reads an integer, also from a double or an amount without a
// fraction.
func wholeNumber(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		if v == math.Trunc(v) && v >= -1<<63 && v < 1<<63 {
			return int64(v), true
		}
	case amount:
		if v.d.IsInteger() && v.d.Abs().LessThan(decimal.NewFromInt(math.MaxInt64)) {
			return v.d.IntPart(), true
		}
	}
	return 0, false
}

// maxNumberText is the longest text that is read as a number.
const maxNumberText = 400

func toNumber(_ *run, a []any) (any, error) {
	switch v := a[0].(type) {
	case nil:
		return nil, nil
	case int64, float64:
		return v, nil
	case amount:
		return v.plainNumber()
	case string:
		return numberFromText(v)
	default:
		return nil, errorf(CodeType, "number reads text and numbers, and this is %s", describe(v))
	}
}

func numberFromText(s string) (any, error) {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return nil, nil
	}
	text := strings.TrimPrefix(trimmed, "+")
	digits := strings.TrimLeft(strings.TrimPrefix(text, "-"), "0")
	// What JSON takes for a number is one; leading zeros are forgiven.
	switch {
	case len(text) > maxNumberText, !looksLikeNumber(text):
		advice := ""
		if strings.Contains(text, ",") {
			advice = `; take grouping commas out first, as in number(replace(x, ",", ""))`
		}
		return nil, errorf(CodeValue, "%s is not a number%s", describe(s), advice)
	}
	if strings.HasPrefix(text, "-") {
		digits = "-" + zeroed(digits)
	} else {
		digits = zeroed(digits)
	}
	v := fromNumber(digits)
	if f, ok := v.(float64); ok && math.Abs(f) == math.MaxFloat64 {
		return nil, errorf(CodeOverflow, "%s is too large a number", describe(s))
	}
	return v, nil
}

func zeroed(digits string) string {
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return "0" + digits
	}
	return digits
}

// looksLikeNumber admits -?digits(.digits)?(e[+-]digits)? and nothing else: no
// hexadecimal, no underscores, no "inf".
func looksLikeNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, rest := digitRun(s)
	fraction := 0
	if after, ok := strings.CutPrefix(rest, "."); ok {
		fraction, rest = digitRun(after)
		if fraction == 0 {
			return false
		}
	}
	if whole+fraction == 0 {
		return false
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest = rest[1:]
	if strings.HasPrefix(rest, "+") || strings.HasPrefix(rest, "-") {
		rest = rest[1:]
	}
	exponent, end := digitRun(rest)
	return exponent > 0 && end == ""
}

func digitRun(s string) (int, string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n, s[n:]
}

// maxPlaces bounds the decimals that can be asked for.
const maxPlaces = 30

func places(v any, otherwise int32) (int32, error) {
	if v == nil {
		return otherwise, nil
	}
	n, ok := wholeNumber(v)
	if !ok || n < -maxPlaces || n > maxPlaces {
		return 0, errorf(CodeValue, "the places are a whole number from %d to %d, and this is %s", -maxPlaces, maxPlaces, describe(v))
	}
	return int32(n), nil
}

// rounding works on the decimal that the number prints as, so that 2.345
// rounds to 2.35 although its double lies below. Integers stay integers, and a
// double rounded to a whole number becomes one.
func rounding(to func(decimal.Decimal, int32) decimal.Decimal) func(*run, []any) (any, error) {
	return func(_ *run, a []any) (any, error) {
		n, err := places(a[1], 0)
		if err != nil {
			return nil, err
		}
		switch v := a[0].(type) {
		case int64:
			if n >= 0 {
				return v, nil
			}
		case float64:
			if math.Abs(v) >= 1e30 {
				return v, nil
			}
			if v != 0 && math.Abs(v) < 1e-300 {
				return v, nil
			}
		case amount:
			return bounded(to(v.d, n), max(n, 0))
		}
		d := decimal.NewFromFloat(toFloat(a[0]))
		if i, ok := a[0].(int64); ok {
			d = decimal.NewFromInt(i)
		}
		return numberOf(to(d, n)), nil
	}
}

// numberOf is the plain number of a decimal: an integer where it is whole.
func numberOf(d decimal.Decimal) any {
	if d.IsInteger() && d.BigInt().IsInt64() {
		return d.BigInt().Int64()
	}
	return d.InexactFloat64()
}

func sameNumber(args []*node) *Type {
	if len(args) > 0 && isNumber(args[0].typ.kind()) {
		return args[0].typ
	}
	return typeNumber
}

func absolute(_ *run, a []any) (any, error) {
	if compareNumbers(a[0], int64(0)) >= 0 {
		return a[0], nil
	}
	return negate(a[0])
}

func divide(_ *run, a []any) (any, error) {
	x, okX := wholeNumber(a[0])
	y, okY := wholeNumber(a[1])
	switch {
	case !okX || !okY:
		return nil, errorf(CodeType, "div works on whole numbers; found %s and %s", describe(a[0]), describe(a[1]))
	case y == 0:
		return nil, errorf(CodeValue, "cannot divide by zero")
	case x == math.MinInt64 && y == -1:
		return nil, overflow("div", x, y)
	}
	return x / y, nil
}

func money(r *run, a []any) (any, error) {
	n, err := places(a[1], 2)
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, errorf(CodeValue, "the places of money are 0 or more")
	}
	r.money = true
	if s, ok := a[0].(string); ok {
		trimmed := strings.TrimSpace(s)
		if len(trimmed) > 2*maxDigits || !looksLikeNumber(trimmed) || strings.ContainsAny(trimmed, "eE") {
			if trimmed == "" {
				return nil, nil
			}
			return nil, errorf(CodeValue, "%s is not an amount of money", describe(s))
		}
		d, err := decimal.NewFromString(trimmed)
		if err != nil {
			return nil, errorf(CodeValue, "%s is not an amount of money", describe(s))
		}
		return newAmount(d, n)
	}
	d, err := toDecimal(a[0])
	if err != nil {
		return nil, err
	}
	return newAmount(d, n)
}

func average(r *run, a []any) (any, error) {
	total, n, err := r.total(a[0].([]any))
	if err != nil || n == 0 {
		return nil, err
	}
	v, err := arithmetic("/", total, int64(n))
	if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int64(f), err
	}
	return v, err
}

// total adds the numbers of a list; null items are left out.
func (r *run) total(list []any) (any, int, error) {
	var sum any = int64(0)
	n := 0
	for i, item := range list {
		if err := r.work(1); err != nil {
			return nil, 0, err
		}
		item = plain(item)
		if item == nil {
			continue
		}
		var err error
		if sum, err = addTo(sum, item, i); err != nil {
			return nil, 0, err
		}
		n++
	}
	return sum, n, nil
}

func addTo(sum, item any, i int) (any, error) {
	if !isNumber(kindOf(item)) {
		advice := ""
		if kindOf(item) == Text {
			advice = "; turn it into a number with number(…)"
		}
		return nil, errorf(CodeType, "sums are of numbers, and item %d is %s%s", i, describe(item), advice)
	}
	return arithmetic("+", sum, item)
}
