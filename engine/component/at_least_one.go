package component

import (
	"slices"
	"strings"

	"redial/engine/flow"
)

// maxAlternatives bounds the rules of an action that at least one of some fields
// is filled.
const maxAlternatives = 50

// readAlternatives reads rules of which each names the fields of which at least
// one must be filled: [[text, html], [to, cc, bcc]]. A rule that no input could
// break is a mistake.
func readAlternatives(n node, fields []Field) [][]string {
	elements := n.list()
	if len(elements) > maxAlternatives {
		n.problem(flow.CodeLimit, "%s has more than %d rules", n.what(), maxAlternatives)
		return nil
	}
	rules := make([][]string, 0, len(elements))
	for _, element := range elements {
		if names := readAlternative(element, fields); len(names) > 1 { // another is a problem already
			rules = append(rules, names)
		}
	}
	return rules
}

func readAlternative(n node, fields []Field) []string {
	known := make([]string, len(fields))
	for i := range fields {
		known[i] = fields[i].Name
	}
	var names []string
	elements := n.list()
	for _, element := range elements {
		name := element.filled()
		at := slices.Index(known, name)
		switch {
		case name == "":
		case at < 0:
			element.problem(flow.CodeUnknownField, "%s names the field %q, which the action does not have%s", n.what(), shorten(name), didYouMean(name, slices.Clone(known)))
		case slices.Contains(names, name):
			element.invalid("%s names the field %s twice", n.what(), name)
		case fields[at].Required:
			element.invalid("%s names the field %s, which is required, so the rule always holds; remove one of the two", n.what(), name)
		case fields[at].Default != nil:
			element.invalid("%s names the field %s, which has a default, so the rule always holds; remove one of the two", n.what(), name)
		}
		names = append(names, name)
	}
	if elements != nil && len(elements) < 2 {
		n.invalid("%s names two fields or more, of which at least one must be filled; a single one is required", n.what())
	}
	return names
}

// Alternatives says of each rule of AtLeastOne what it asks for, with the titles
// of the fields: "Text or HTML: one of them is required".
func (a *Action) Alternatives() []string {
	words := make([]string, len(a.AtLeastOne))
	for i, names := range a.AtLeastOne {
		words[i] = a.alternative(names)
	}
	return words
}

func (a *Action) alternative(names []string) string {
	titles := make([]string, len(names))
	for i, name := range names {
		titles[i] = name
		for j := range a.Fields {
			if a.Fields[j].Name == name {
				titles[i] = shorten(a.Fields[j].Label())
			}
		}
	}
	last := len(titles) - 1
	return strings.Join(titles[:last], ", ") + " or " + titles[last] + ": one of them is required"
}

// lacking are the rules of AtLeastOne that do not hold, each found at the first
// of its fields.
func (a *Action) lacking(value func(name string) any) []Finding {
	var findings []Finding
	for _, names := range a.AtLeastOne {
		if !slices.ContainsFunc(names, func(name string) bool { return fills(value(name)) }) {
			findings = append(findings, Finding{Field: names[0], Message: a.alternative(names), Code: flow.CodeMissingField, Alternatives: names})
		}
	}
	return findings
}

// fills reports whether something counts as a value of a required field.
func fills(value any) bool {
	list, isList := value.([]any)
	return value != nil && value != "" && !(isList && len(list) == 0)
}

// accept makes the input of a call out of what a step gives, or says what does
// not fit.
func (a *Action) accept(given map[string]any) (map[string]any, *Finding) {
	input, finding := prepare(a.properties, given)
	if finding != nil {
		return nil, finding
	}
	if lacking := a.lacking(func(name string) any { return input[name] }); len(lacking) > 0 {
		return nil, &lacking[0]
	}
	return input, nil
}
