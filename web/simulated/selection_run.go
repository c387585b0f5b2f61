package simulated

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// record is one object as JSON, which is what statements select from.
type record map[string]any

func recordOf(value any) (record, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var r record
	return r, decoder.Decode(&r)
}

// at returns what a field holds as text. Dots go into objects, and a
// reference or an email address stands for its value.
func (r record) at(field string) string {
	var value any = map[string]any(r)
	for name := range strings.SplitSeq(field, ".") {
		object, ok := value.(map[string]any)
		if !ok {
			return ""
		}
		value = object[name]
	}
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case map[string]any:
		for _, member := range []string{"value", "Address"} {
			if text, ok := value[member].(string); ok {
				return text
			}
		}
		return ""
	default:
		return ""
	}
}

// canonical returns the field as the entity spells it. Both languages are
// indifferent to case.
func canonical(field string, known []string) (string, bool) {
	at := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, field) })
	if at < 0 {
		return "", false
	}
	return known[at], true
}

// resolve spells every field of the statement as the entity does, and
// returns the first that it does not have.
func (s *selection) resolve(known []string) (unknown string) {
	spell := func(field *string) {
		name, ok := canonical(*field, known)
		if !ok && unknown == "" && *field != "" && *field != "*" {
			unknown = *field
		}
		if ok {
			*field = name
		}
	}
	for i := range s.fields {
		spell(&s.fields[i])
	}
	for i := range s.where {
		spell(&s.where[i].field)
	}
	spell(&s.orderBy)
	return unknown
}

// run returns the records that match, in order; paging is the caller's.
func (s *selection) run(records []record) []record {
	var found []record
	for _, r := range records {
		if s.matches(r) {
			found = append(found, r)
		}
	}
	if s.orderBy != "" {
		slices.SortStableFunc(found, func(a, b record) int {
			order := compare(a.at(s.orderBy), b.at(s.orderBy))
			if s.desc {
				return -order
			}
			return order
		})
	}
	return found
}

func (s *selection) matches(r record) bool {
	for _, c := range s.where {
		if !c.holds(r.at(c.field)) {
			return false
		}
	}
	return true
}

func (c condition) holds(value string) bool {
	order := compare(value, c.values[0])
	switch c.op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case ">":
		return order > 0
	case "<=":
		return order <= 0
	case ">=":
		return order >= 0
	case "IN":
		return slices.ContainsFunc(c.values, func(one string) bool { return compare(value, one) == 0 })
	default:
		return like(value, c.values[0])
	}
}

// compare orders numbers by size and anything else as text without case.
func compare(a, b string) int {
	if len(a) <= maxAmountText && len(b) <= maxAmountText {
		x, errX := decimal.NewFromString(a)
		y, errY := decimal.NewFromString(b)
		plain := !strings.ContainsAny(a+b, "eE") // an exponent may be huge
		if errX == nil && errY == nil && plain {
			return x.Cmp(y)
		}
	}
	return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
}

// like matches with % for any text and _ for one character.
func like(value, pattern string) bool {
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.NewReplacer("%", ".*", "_", ".").Replace(quoted)
	matcher, err := regexp.Compile("(?is)^" + quoted + "$")
	return err == nil && matcher.MatchString(value)
}
