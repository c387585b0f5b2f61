package edit

import (
	"strconv"
	"strings"

	"redial/engine/flow"
)

const maxID = 64

// ids are those of all steps, inner ones too.
func (e *editor) ids() map[string]bool {
	if e.taken == nil {
		e.taken = map[string]bool{}
		e.walk(func(s spot, _ flow.Object) bool {
			e.taken[s.id] = true
			return true
		})
	}
	return e.taken
}

// baseID is an ID that says what a step does: the name of its action or of the
// built-in step, in snake case.
func baseID(uses string) string {
	name := uses[strings.LastIndexByte(uses, '/')+1:]
	name, _, _ = strings.Cut(name, "@")
	return snake(name)
}

// snake makes an ID of any text.
func snake(text string) string {
	var b strings.Builder
	gap := false
	for _, c := range strings.ToLower(text) {
		if c < 'a' || c > 'z' {
			if c < '0' || c > '9' {
				gap = true
				continue
			}
			if b.Len() == 0 {
				b.WriteString("step_")
			}
		}
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap = false
		b.WriteRune(c)
		if b.Len() > maxID-8 {
			break
		}
	}
	if b.Len() == 0 {
		return "step"
	}
	return strings.TrimRight(b.String(), "_")
}

// newID is an ID that no step has, made of a base: the base itself, or else with
// a number behind. It is taken from then on.
func (e *editor) newID(base string) string {
	if flow.ValidID(base) && !e.ids()[base] {
		e.taken[base] = true
		return base
	}
	return e.numberedID(base)
}

func (e *editor) numberedID(base string) string {
	taken := e.ids()
	for n := 2; ; n++ {
		if id := base + "_" + strconv.Itoa(n); !taken[id] {
			taken[id] = true
			return id
		}
	}
}

// copiedID is the ID for a copy of a step: that of the step with the next number
// behind.
func (e *editor) copiedID(id, uses string) string {
	if !flow.ValidID(id) {
		return e.newID(baseID(uses))
	}
	if cut := strings.LastIndexByte(id, '_'); cut > 0 && isNumber(id[cut+1:]) {
		id = id[:cut]
	}
	return e.numberedID(id[:min(len(id), maxID-8)])
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
