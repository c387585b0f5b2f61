package component

import (
	"maps"
	"slices"
	"strings"

	"redial/engine/outbound"
)

// didYouMean is the end of a sentence about an unknown name: the nearest known
// one, or all of them where they are few.
func didYouMean(name string, known []string) string {
	slices.Sort(known)
	best, least := "", len(name)/3+2
	for _, candidate := range known {
		if d := distance(strings.ToLower(shorten(name)), candidate); d < least {
			best, least = candidate, d
		}
	}
	switch {
	case best != "":
		return "; did you mean " + best + "?"
	case len(known) > 0 && len(known) <= 8:
		return "; there are " + strings.Join(known, ", ")
	default:
		return ""
	}
}

// shorten makes a name from outside fit for a message.
func shorten(name string) string { return outbound.Clean(name, 60) }

// distance is the number of edits between two names (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func sortedNames[V any](values map[string]V) []string { return slices.Sorted(maps.Keys(values)) }
