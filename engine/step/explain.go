package step

import (
	"redial/engine/expression"
)

// Explainer is a step that can tell in values why it did what it did.
type Explainer interface {
	// Explain says how each path came to its result, in the order in which they
	// were tried. Those behind the one that was taken were not.
	Explain(values *expression.Values) []Explanation
}

// Explanation is how one path of a step came to be taken or not.
type Explanation struct {
	Path string // the name of it
	// Text is the condition with its result and the values in it, in one line:
	// "quantity <= available -> false (5, 2)". Empty for a path without one.
	Text  string
	Taken bool
	// Failed says that the condition could not be evaluated; Text says why.
	Failed bool
}

// Explain tells the conditions of the paths up to the one that was taken.
func (b *Branch) Explain(values *expression.Values) []Explanation {
	var told []Explanation
	for i := range b.paths {
		path := &b.paths[i]
		if path.when == nil {
			return append(told, Explanation{Path: path.name, Taken: true})
		}
		explained := path.when.Explain(values)
		taken, _ := path.when.Boolean(values)
		failed := explained.Err != nil
		if _, isTruth := explained.Value.(bool); !failed && explained.Value != nil && !isTruth {
			failed = true // a condition is boolean or null
		}
		told = append(told, Explanation{Path: path.name, Text: explained.Text, Taken: taken, Failed: failed})
		if taken || failed {
			return told
		}
	}
	return told
}
