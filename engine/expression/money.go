package expression

import (
	"math"
	"strings"

	"github.com/shopspring/decimal"
)

// amount is what money(x) gives: an exact decimal that remembers how many
// places it is written with. It lives inside an evaluation only. A result that
// leaves becomes an integer when it is whole, else the double that prints as
// the same decimal; where no double does, that is an error, not a rounding.
type amount struct {
	d      decimal.Decimal
	places int32
}

// maxDigits bounds an amount's digits, so that products cannot grow without
// limit. A number over 38 digits is not money.
const maxDigits = 38

// text writes an amount with at least its places.
func (a amount) text() string {
	if -a.d.Exponent() <= a.places {
		return a.d.StringFixed(a.places)
	}
	s := a.d.String()
	if dot := strings.IndexByte(s, '.'); dot < 0 || int32(len(s)-dot-1) < a.places {
		return a.d.StringFixed(a.places)
	}
	return s
}

// newAmount rounds to places, halves away from zero, as people round money.
func newAmount(d decimal.Decimal, places int32) (any, error) {
	return bounded(d.Round(places), places)
}

func bounded(d decimal.Decimal, places int32) (any, error) {
	if d.NumDigits() > maxDigits || d.Exponent() > maxDigits {
		return nil, errorf(CodeOverflow, "the amount has more than %d digits", maxDigits)
	}
	return amount{d: d, places: places}, nil
}

// toDecimal is the exact decimal of a number: of a double the shortest one that
// reads back as it, so 0.1 is one tenth.
func toDecimal(v any) (decimal.Decimal, error) {
	switch v := v.(type) {
	case int64:
		return decimal.NewFromInt(v), nil
	case amount:
		return v.d, nil
	case float64:
		if math.Abs(v) >= 1e30 || (v != 0 && math.Abs(v) < 1e-30) {
			return decimal.Decimal{}, errorf(CodeOverflow, "%s is too large or too small to be an amount of money", describe(v))
		}
		return decimal.NewFromFloat(v), nil
	default:
		return decimal.Decimal{}, errorf(CodeType, "%s is not a number", describe(v))
	}
}

// plainNumber is the JSON number of an amount.
func (a amount) plainNumber() (any, error) {
	if a.d.IsInteger() && a.d.Abs().LessThanOrEqual(decimal.NewFromInt(math.MaxInt64)) {
		return a.d.IntPart(), nil
	}
	f, _ := a.d.Float64()
	if back := decimal.NewFromFloat(f); !back.Equal(a.d) {
		return nil, errorf(CodeOverflow, "the amount %s has too many digits for a JSON number; send it as text with text(…), or round it with money(…)", clip(a.d.String(), maxText))
	}
	return f, nil
}

// amounts does + - * / on two numbers of which one is an amount.
func amounts(op string, a, b any) (any, error) {
	x, err := toDecimal(a)
	if err != nil {
		return nil, err
	}
	y, err := toDecimal(b)
	if err != nil {
		return nil, err
	}
	places := max(placesOf(a), placesOf(b))
	switch op {
	case "+":
		return bounded(x.Add(y), places)
	case "-":
		return bounded(x.Sub(y), places)
	case "*":
		return bounded(x.Mul(y), places)
	default:
		if y.IsZero() {
			return nil, errorf(CodeValue, "cannot divide by zero")
		}
		return bounded(x.DivRound(y, 20), places)
	}
}

func placesOf(v any) int32 {
	if a, ok := v.(amount); ok {
		return a.places
	}
	return 0
}
