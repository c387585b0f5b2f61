package expression

import "sort"

// nearest is the name most like the given one, or "" when none is near.
func nearest(name string, names []string) string {
	best, bestDistance := "", tolerance(name)
	sorted := append([]string(nil), names...)
	sort.Strings(sorted)
	for _, candidate := range sorted {
		if candidate == name || len(candidate) > 2*maxText {
			continue
		}
		d := distance(name, candidate, bestDistance)
		if d <= bestDistance && (best == "" || d < bestDistance) {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// tolerance is how many edits a name may be away: none for a short one.
func tolerance(name string) int {
	switch n := len(name); {
	case n < 3:
		return 0
	case n < 5:
		return 1
	default:
		return n/4 + 1
	}
}

// didYouMean is a sentence with the nearest name, or "".
func didYouMean(name string, names []string) string {
	if n := nearest(name, names); n != "" {
		return "; did you mean " + n + "?"
	}
	return ""
}

// distance is the number of edits between two names (Damerau-Levenshtein in its
// restricted form: neighbours that changed places are one edit), and a change of
// case or of _ and - costs nothing. Above limit it is only known to be above.
func distance(a, b string, limit int) int {
	x, y := foldName(a), foldName(b)
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	before, last := []int(nil), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}

func foldName(name string) []rune {
	folded := make([]rune, 0, len(name))
	for _, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r == '-' || r == '_':
			continue
		}
		folded = append(folded, r)
		if len(folded) > 2*maxText {
			break
		}
	}
	return folded
}
