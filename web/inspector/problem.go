package inspector

import (
	"strings"

	"redial/engine/flow"
)

// FieldPath is where a problem is below its step: with.body. Paths of problems
// that have no step, or are elsewhere, stay.
func FieldPath(p *flow.Problem) string {
	if p.Step == flow.TriggerID {
		if below, ok := belowName(p.Path, flow.TriggerID); ok {
			return below
		}
		return p.Path
	}
	// Steps may be inside of steps: steps.lines.with.do.steps.price.with.url.
	for rest := p.Path; p.Step != ""; {
		body, ok := strings.CutPrefix(rest, "steps.")
		if !ok {
			break
		}
		if below, ok := belowName(body, p.Step); ok {
			return below
		}
		if _, rest, ok = strings.Cut(body, ".do."); !ok {
			break
		}
	}
	return p.Path
}

// belowName is what follows a name at the beginning of a path.
func belowName(path, name string) (string, bool) {
	below, ok := strings.CutPrefix(path, name)
	if !ok || below != "" && below[0] != '.' && below[0] != '[' {
		return "", false
	}
	return strings.TrimPrefix(below, "."), true
}
