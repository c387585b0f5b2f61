package web

import (
	"fmt"
	"strings"

	"redial/engine/expression"
	"redial/engine/flow"
)

// aloneCode is what the warning about an item of a list is called.
const aloneCode = "one-item"

// alone warns where a condition asks about one item of a list by its number, as data
// that are taken from the item of an example do: the others decide nothing then. Where
// that is all of a condition, the same about every item is what mends it.
func (d *draftData) alone(asked *expressionRequest, compiled *tried) []faultAt {
	if asked.Language != expression.LanguageCondition && !strings.HasSuffix(asked.Path, ".when") {
		return nil
	}
	read, fault := expression.Parse(asked.Source)
	if fault != nil {
		return nil
	}
	item := itemByNumber(read)
	if item == nil {
		return nil
	}
	start := strings.Index(asked.Source, item.Source)
	if start < 0 {
		return nil
	}
	list := item.Parts[0].Source
	warning := faultAt{
		rangeOf: rangeOf{start, start + len(item.Source)}, Severity: flow.SeverityWarning, Code: aloneCode,
		Message: fmt.Sprintf("This asks about one item of %s alone. To ask about all of them, use all(%s, …) or any(%s, …).", list, list, list),
	}
	if compiled.typ != nil && compiled.typ.Kind == expression.Boolean {
		each := strings.ReplaceAll(strings.ReplaceAll(asked.Source, item.Source+".", "."), item.Source, "#")
		warning.Message = fmt.Sprintf("This asks about one item of %s alone.", list)
		warning.Fix = &fix{rangeOf{0, len(asked.Source)}, "all(" + list + ", " + strings.TrimSpace(each) + ")"}
	}
	return []faultAt{warning}
}

// itemByNumber is the first part that reads an item of a list by its number; nil: there
// is none.
func itemByNumber(s *expression.Syntax) *expression.Syntax {
	if s.Kind == expression.SyntaxIndex && len(s.Parts) == 2 {
		if _, number := s.Parts[1].Value.(int64); number && s.Parts[1].Kind == expression.SyntaxLiteral {
			return s
		}
	}
	for _, part := range s.Parts {
		if found := itemByNumber(part); found != nil {
			return found
		}
	}
	return nil
}
