package schema

import (
	"math"
	"math/big"
	"strconv"
)

// number is a bound of a schema. Most are 64-bit integers, as are most values,
// and those compare without big arithmetic.
type number struct {
	rat   *big.Rat
	whole int64
	exact bool // whole is the number
}

func newNumber(rat *big.Rat) *number {
	if rat == nil {
		return nil
	}
	n := &number{rat: rat}
	if rat.IsInt() && rat.Num().IsInt64() {
		n.whole, n.exact = rat.Num().Int64(), true
	}
	return n
}

// String is the number in decimals, as a schema's author wrote it.
func (n *number) String() string {
	if n.exact {
		return strconv.FormatInt(n.whole, 10)
	}
	f, _ := n.rat.Float64()
	return formatFloat(f)
}

// compare tells whether a value, int64 or float64, is below (-1), at (0) or
// above (1) the bound.
func (n *number) compare(value any) int {
	if v, ok := value.(int64); ok && n.exact {
		switch {
		case v < n.whole:
			return -1
		case v > n.whole:
			return 1
		default:
			return 0
		}
	}
	return rational(value).Cmp(n.rat)
}

// divides tells whether a value is a multiple. Decimals count as written: 0.07
// is a multiple of 0.01, although the doubles are not.
func (n *number) divides(value any) bool {
	if v, ok := value.(int64); ok && n.exact && n.whole != 0 {
		return v%n.whole == 0
	}
	return new(big.Rat).Quo(rational(value), n.rat).IsInt()
}

func rational(value any) *big.Rat {
	switch v := value.(type) {
	case int64:
		return new(big.Rat).SetInt64(v)
	case float64:
		if rat, ok := new(big.Rat).SetString(formatFloat(v)); ok {
			return rat
		}
	}
	return new(big.Rat)
}

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// isWhole tells whether a number counts as an integer.
func isWhole(value any) bool {
	switch v := value.(type) {
	case int64:
		return true
	case float64:
		return v == math.Trunc(v) && !math.IsInf(v, 0)
	default:
		return false
	}
}

// equal compares values by what they mean: 1 and 1.0 are the same.
func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for name, value := range x {
			other, there := y[name]
			if !there || !equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case int64:
		if y, ok := b.(float64); ok {
			return sameNumber(x, y)
		}
	case float64:
		if y, ok := b.(int64); ok {
			return sameNumber(y, x)
		}
	}
	return a == b
}

// sameNumber compares exactly, also past 2^53.
func sameNumber(whole int64, f float64) bool {
	return float64(whole) == f && isWhole(f) && f < math.MaxInt64 && int64(f) == whole
}
