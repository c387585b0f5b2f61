package step

import (
	"strings"

	"redial/engine/flow"
)

// Title is what people call a step: the name that somebody gave it; else, where
// its ID says no more than what the step is, the title of that, with the number
// that tells it from others of its kind; else its ID.
func (l *Library) Title(s *flow.Step) string {
	if s.Name != "" {
		return s.Name
	}
	kind, err := l.Kind(s.Uses)
	if err != nil {
		return s.ID
	}
	return kind.TitleOf(s)
}

// TitleOf is the title of a step of the kind, as Library.Title says.
func (k *Kind) TitleOf(s *flow.Step) string {
	uses, _, _ := strings.Cut(k.Uses[strings.LastIndexByte(k.Uses, '/')+1:], "@")
	number, derived := strings.CutPrefix(s.ID, strings.ReplaceAll(uses, "-", "_"))
	counted := len(number) > 1 && number[0] == '_' && strings.Trim(number[1:], "0123456789") == ""
	switch {
	case s.Name != "":
		return s.Name
	case !derived || number != "" && !counted:
		return s.ID
	}
	title := k.Title
	if k.Action != nil {
		title = k.Action.Title
	}
	if counted {
		title += " " + number[1:]
	}
	return title
}
