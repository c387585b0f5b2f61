package designer

import (
	"strconv"
	"strings"

	"redial/designer/edit"
	"redial/engine/flow"
)

// who is the user of an edit as another one reads it, at the beginning of a
// sentence.
func who(e *Edit, reader string) string {
	switch e.User {
	case "":
		return "A command on the server"
	case reader:
		return "You, in another window,"
	default:
		return e.User
	}
}

// Deed is what an edit did, in a few words.
func (e *Edit) Deed() string {
	switch e.Kind {
	case Undone:
		return "Undo " + e.Label
	case Redone:
		return "Redo " + e.Label
	case Made, Setting, Replaced:
	}
	return e.Label
}

// place names the first place that an edit and changes have in common, as
// people know it: with.body of Confirm.
func (h *head) place(other *Edit, changes edit.Changes) string {
	for i := range changes {
		if one := changes[i : i+1]; other.overlaps(one) {
			return h.placeName(changes[i].Path)
		}
	}
	return "the flow"
}

func (h *head) placeName(path []string) string {
	// The last step on the way is the one that people see: steps may be inside
	// of steps.
	at := -1
	for i := range path {
		if path[i] == "steps" && i+1 < len(path) && (i == 0 || path[i-1] == "do") {
			at = i + 1
		}
	}
	switch {
	case at >= 0 && at+1 == len(path):
		return "the step " + h.title(path[at])
	case at >= 0:
		return fieldPath(path[at+1:]) + " of " + h.title(path[at])
	case len(path) > 1 && path[0] == flow.TriggerID:
		return fieldPath(path[1:]) + " of the trigger"
	case len(path) == 0:
		return "the flow"
	case path[0] == "edges":
		return "the edges of the flow"
	default:
		return fieldPath(path) + " of the flow"
	}
}

// title is what people call a step.
func (h *head) title(id string) string {
	title := id
	h.draft.Flow.All(func(s *flow.Step) bool {
		if s.ID == id {
			title = s.Title()
		}
		return s.ID != id
	})
	return title
}

// fieldPath joins names to a path as problems have it.
func fieldPath(names []string) string {
	var path strings.Builder
	for i, name := range names {
		switch {
		case strings.ContainsAny(name, ".[]\" ") || name == "":
			path.WriteString("[" + strconv.Quote(name) + "]")
		case i > 0:
			path.WriteString("." + name)
		default:
			path.WriteString(name)
		}
	}
	return path.String()
}
