package expression

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// compareNumbers orders two numbers exactly: a 64-bit integer is never rounded
// to a double for it.
func compareNumbers(a, b any) int {
	switch x := a.(type) {
	case int64:
		switch y := b.(type) {
		case int64:
			return cmp.Compare(x, y)
		case float64:
			return compareIntFloat(x, y)
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return cmp.Compare(x, y)
		case int64:
			return -compareIntFloat(y, x)
		}
	}
	x, err := toDecimal(a)
	if err != nil {
		return cmp.Compare(toFloat(a), toFloat(b))
	}
	y, err := toDecimal(b)
	if err != nil {
		return cmp.Compare(toFloat(a), toFloat(b))
	}
	return x.Cmp(y)
}

func compareIntFloat(x int64, y float64) int {
	switch {
	case y >= 1<<63:
		return -1
	case y < -1<<63:
		return 1
	}
	whole := math.Trunc(y)
	if c := cmp.Compare(x, int64(whole)); c != 0 {
		return c
	}
	return cmp.Compare(whole, y)
}

// compareTexts orders text by code points, and two date-times by their moments.
func compareTexts(a, b string) int {
	if looksLikeMoment(a) && looksLikeMoment(b) {
		x, errX := time.Parse(time.RFC3339Nano, a)
		y, errY := time.Parse(time.RFC3339Nano, b)
		if errX == nil && errY == nil {
			return x.Compare(y)
		}
	}
	return strings.Compare(a, b)
}

// looksLikeMoment is a cheap test before a date is parsed: 2026-01-02T…
func looksLikeMoment(s string) bool {
	return len(s) >= 20 && len(s) <= 40 && s[4] == '-' && s[7] == '-' && (s[10] == 'T' || s[10] == 't')
}

// order compares for < <= > >=. Null on either side orders nothing.
func order(a, b any) (c int, ordered bool, err error) {
	ka, kb := kindOf(a), kindOf(b)
	switch {
	case ka == Null || kb == Null:
		return 0, false, nil
	case isNumber(ka) && isNumber(kb):
		return compareNumbers(a, b), true, nil
	case ka == Text && kb == Text:
		return compareTexts(a.(string), b.(string)), true, nil
	}
	return 0, false, mixed(a, b)
}

// mixed is the error for two values that cannot be compared.
func mixed(a, b any) error {
	ka, kb := kindOf(a), kindOf(b)
	if ka == kb {
		return errorf(CodeType, "%s have no order; compare numbers, text or dates", plural(ka))
	}
	return errorf(CodeType, "%s cannot be compared with %s%s", describe(a), describe(b), conversion(ka, kb))
}

func plural(k Kind) string {
	switch k {
	case Boolean:
		return "true and false"
	case List:
		return "lists"
	case Object:
		return "objects"
	default:
		return "such values"
	}
}

// conversion is advice for two kinds that do not go together.
func conversion(a, b Kind) string {
	switch {
	case isText(a) && isNumber(b), isNumber(a) && isText(b):
		return "; turn the text into a number with number(…), or the number into text with text(…)"
	case isText(a) && b == Boolean, a == Boolean && isText(b):
		return `; compare the text with "true" or "false"`
	default:
		return ""
	}
}

// equalOperator is ==. Text against a number, or against true or false, is a
// mistake and an error; other values of different kinds are just not equal.
func (r *run) equalOperator(a, b any) (bool, error) {
	ka, kb := kindOf(a), kindOf(b)
	if mistaken(ka, kb) {
		return false, mixed(a, b)
	}
	return r.equal(a, b, 0)
}

// mistaken says whether comparing two kinds with == can only be a mistake.
func mistaken(a, b Kind) bool {
	if isText(a) {
		return isNumber(b) || b == Boolean
	}
	return isText(b) && (isNumber(a) || a == Boolean)
}

// equal compares values in depth.
func (r *run) equal(a, b any, depth int) (bool, error) {
	switch x := a.(type) {
	case nil:
		return b == nil, nil
	case bool:
		y, ok := b.(bool)
		return ok && x == y, nil
	case string:
		y, ok := b.(string)
		if !ok || len(x) != len(y) {
			return false, nil
		}
		return x == y, r.work(len(x) / 16)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false, nil
		}
		return r.equalLists(x, y, depth)
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false, nil
		}
		return r.equalObjects(x, y, depth)
	default:
		return isNumber(kindOf(a)) && isNumber(kindOf(b)) && compareNumbers(a, b) == 0, nil
	}
}

func (r *run) equalLists(x, y []any, depth int) (bool, error) {
	if depth > maxValueDepth {
		return false, errorf(CodeLimit, "the values nest deeper than %d levels", maxValueDepth)
	}
	for i := range x {
		if err := r.work(1); err != nil {
			return false, err
		}
		if same, err := r.equal(plain(x[i]), plain(y[i]), depth+1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *run) equalObjects(x, y map[string]any, depth int) (bool, error) {
	if depth > maxValueDepth {
		return false, errorf(CodeLimit, "the values nest deeper than %d levels", maxValueDepth)
	}
	for key, v := range x {
		if err := r.work(1); err != nil {
			return false, err
		}
		w, ok := y[key]
		if !ok {
			return false, nil
		}
		if same, err := r.equal(plain(v), plain(w), depth+1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}
