package schema

import (
	"slices"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// maxShown is how many of the allowed values a message lists.
const maxShown = 20

// anyOf joins names of types: "number, string or null". Repeated ones count
// once, and null comes last, as people say it.
func anyOf(names []string) string {
	distinct := slices.Compact(slices.Sorted(slices.Values(names)))
	if i := slices.Index(distinct, "null"); i >= 0 {
		distinct = append(slices.Delete(distinct, i, i+1), "null")
	}
	if len(distinct) < 2 {
		return strings.Join(distinct, "")
	}
	last := len(distinct) - 1
	return strings.Join(distinct[:last], ", ") + " or " + distinct[last]
}

// values lists what a schema allows, as JSON.
func values(allowed []any) string {
	if len(allowed) == 0 {
		return "nothing, as the schema allows no value"
	}
	var out []string
	for _, value := range allowed[:min(len(allowed), maxShown)] {
		out = append(out, shown(value))
	}
	if more := len(allowed) - maxShown; more > 0 {
		out = append(out, "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(out, ", ")
}

func shown(value any) string {
	text, err := flow.EncodeJSON(value)
	if err != nil {
		return typeName(value)
	}
	return shorten(string(text))
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
