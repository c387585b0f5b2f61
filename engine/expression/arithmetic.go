package expression

import (
	"math"
	"math/bits"
)

// arithmetic applies + - * / % or ** to two numbers. Integers stay exact and
// overflow is an error; / gives a double; a result that is no number is an
// error.
func arithmetic(op string, a, b any) (any, error) {
	x, xInt := a.(int64)
	y, yInt := b.(int64)
	switch {
	case xInt && yInt && op != "/":
		return integers(op, x, y)
	case isAmount(a) || isAmount(b):
		if op == "%" || op == "**" {
			return nil, errorf(CodeType, "%s is not possible with money; turn it into a number with number(…)", op)
		}
		return amounts(op, a, b)
	}
	return doubles(op, toFloat(a), toFloat(b))
}

func isAmount(v any) bool {
	_, ok := v.(amount)
	return ok
}

func toFloat(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	case amount:
		return v.d.InexactFloat64()
	default:
		return 0
	}
}

func integers(op string, x, y int64) (any, error) {
	switch op {
	case "+":
		if sum := x + y; (sum > x) == (y > 0) {
			return sum, nil
		}
	case "-":
		if difference := x - y; (difference < x) == (y > 0) {
			return difference, nil
		}
	case "*":
		if product, ok := multiply(x, y); ok {
			return product, nil
		}
	case "%":
		if y == 0 {
			return nil, errorf(CodeValue, "cannot divide by zero")
		}
		if y == -1 {
			return int64(0), nil
		}
		return x % y, nil
	default:
		return power(x, y)
	}
	return nil, overflow(op, x, y)
}

func overflow(op string, x, y any) error {
	return errorf(CodeOverflow, "%s %s %s is outside the 64-bit whole numbers", numberText(x), op, numberText(y))
}

func multiply(x, y int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	switch {
	case high != 0:
		return 0, false
	case negative && low <= 1<<63:
		return -int64(low), true
	case !negative && low <= math.MaxInt64:
		return int64(low), true
	default:
		return 0, false
	}
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// power is exact for whole exponents; a negative exponent gives a double.
func power(x, y int64) (any, error) {
	if y < 0 {
		return doubles("**", float64(x), float64(y))
	}
	result, base := int64(1), x
	for n := y; n > 0; n >>= 1 {
		var ok bool
		if n&1 == 1 {
			if result, ok = multiply(result, base); !ok {
				return nil, overflow("**", x, y)
			}
		}
		if n > 1 {
			if base, ok = multiply(base, base); !ok {
				return nil, overflow("**", x, y)
			}
		}
	}
	return result, nil
}

func doubles(op string, x, y float64) (any, error) {
	var f float64
	switch op {
	case "+":
		f = x + y
	case "-":
		f = x - y
	case "*":
		f = x * y
	case "/":
		if y == 0 {
			return nil, errorf(CodeValue, "cannot divide by zero")
		}
		f = x / y
	case "%":
		return nil, errorf(CodeType, "%% works on whole numbers; found %s and %s", describe(x), describe(y))
	default:
		f = math.Pow(x, y)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errorf(CodeOverflow, "%s %s %s is not a number that can be written", clip(numberText(x), maxText), op, clip(numberText(y), maxText))
	}
	return f, nil
}

// negate is -v.
func negate(v any) (any, error) {
	switch v := v.(type) {
	case int64:
		if v == math.MinInt64 {
			return nil, errorf(CodeOverflow, "-(%d) is outside the 64-bit whole numbers", v)
		}
		return -v, nil
	case float64:
		return -v, nil
	case amount:
		return amount{d: v.d.Neg(), places: v.places}, nil
	default:
		return nil, errorf(CodeType, "- works on numbers; found %s", describe(v))
	}
}
