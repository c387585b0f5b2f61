package flow

// Nearest is the candidate that a person most likely meant by name, or "" if
// none is near: at most a third of the letters may differ, two of them at
// least being allowed. Of equally near ones the first wins.
func Nearest(name string, candidates []string) string {
	limit := max(2, len(name)/3)
	best := ""
	for _, candidate := range candidates {
		if abs(len(candidate)-len(name)) > limit || len(candidate) == 0 {
			continue
		}
		if d := editDistance(name, candidate); d <= limit && d < max(len(name), len(candidate)) {
			best, limit = candidate, d-1
		}
	}
	return best
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func editDistance(a, b string) int {
	var before []int
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(previous[j]+1, row[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, previous = previous, row
	}
	return previous[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
