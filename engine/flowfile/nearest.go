package flowfile

import "redial/engine/flow"

// didYouMean is a half sentence that names the known word nearest to a wrong
// one, or "" if none is near enough to be meant.
func didYouMean(word string, known []string) string {
	if near := flow.Nearest(word, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
