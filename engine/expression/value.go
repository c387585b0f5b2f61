package expression

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strconv"
)

// kindOf is the kind of a plain value. Amounts of money are numbers.
func kindOf(v any) Kind {
	switch v.(type) {
	case nil:
		return Null
	case bool:
		return Boolean
	case int64:
		return Integer
	case float64, amount:
		return Number
	case string:
		return Text
	case []any:
		return List
	case map[string]any:
		return Object
	default:
		return Any
	}
}

// plain turns what a careless host hands in into a plain JSON value. Plain
// values, which are the rule, come back as they are.
func plain(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, []any, map[string]any, amount:
		return v
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case float32:
		return float64(v)
	case json.Number:
		return fromNumber(string(v))
	case uint32:
		return int64(v)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	case []map[string]any:
		list := make([]any, len(v))
		for i, m := range v {
			list[i] = m
		}
		return list
	case map[string]string:
		object := make(map[string]any, len(v))
		for key, s := range v {
			object[key] = s
		}
		return object
	case map[string][]string:
		object := make(map[string]any, len(v))
		for key, s := range v {
			object[key] = plain(s)
		}
		return object
	default:
		return nil
	}
}

// fromNumber reads a JSON number: a whole number that fits 64 bits stays exact,
// any other is a double.
func fromNumber(text string) any {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i
	}
	// A number too large for a double becomes the largest one, so that a
	// value never is an infinity, which JSON does not know.
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && math.IsInf(f, 0) {
		return math.Copysign(math.MaxFloat64, f)
	}
	return f
}

// described is a value in a message. A message is written twice: once showing
// scalars and the beginning of text, and once, for expressions that may read
// secrets, with nothing but kinds.
type described struct{ value any }

// describe names a value's kind and size for a message, and shows scalars and
// the beginning of text.
func describe(v any) described { return described{v} }

// quiet is the same without anything of the value's content.
func (d described) quiet() string { return kindPhrase(kindOf(d.value)) }

// String shows the value.
func (d described) String() string {
	switch v := d.value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int64, float64, amount:
		return "the number " + clip(numberText(v), maxText)
	case string:
		if v == "" {
			return "empty text"
		}
		return "the text " + strconv.Quote(clip(v, maxText))
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case map[string]any:
		if len(v) == 0 {
			return "an empty object"
		}
		return "an object with " + nameList(keysOf(v))
	default:
		return "a value"
	}
}

// kindPhrase names the kind alone, with its article.
func kindPhrase(k Kind) string {
	switch k {
	case Null:
		return "null"
	case Boolean:
		return "true or false"
	case Integer:
		return "a whole number"
	case Number:
		return "a number"
	case Text:
		return "text"
	case Date:
		return "a date"
	case List:
		return "a list"
	case Object:
		return "an object"
	default:
		return "a value"
	}
}

// maxSortedKeys bounds the keys that are put in order only to name some.
const maxSortedKeys = 10_000

func keysOf(object map[string]any) []string {
	keys := make([]string, 0, min(len(object), maxSortedKeys))
	for key := range object {
		if len(keys) == maxSortedKeys {
			break
		}
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
