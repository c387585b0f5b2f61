package edit

import (
	"fmt"
	"slices"
)

func (i *Insert) apply(e *editor) (string, error) {
	t, err := e.target(i.Step, i.Path)
	if err != nil {
		return "", err
	}
	err = e.change(t, func(old any, _ bool) (any, error) {
		list, err := asList(t, old)
		if err != nil {
			return nil, err
		}
		if i.Index < 0 || i.Index > len(list) {
			return nil, fmt.Errorf("the list has %s, so nothing can be put at place %d of it", counted(len(list), "item", "items"), i.Index+1)
		}
		return slices.Insert(slices.Clone(list), i.Index, i.Value), nil
	})
	if err != nil {
		return "", err
	}
	return "Add to " + e.fieldLabel(i.Step, t.path), nil
}

func (s *Shift) apply(e *editor) (string, error) {
	t, err := e.target(s.Step, s.Path)
	if err != nil {
		return "", err
	}
	err = e.change(t, func(old any, _ bool) (any, error) {
		list, err := asList(t, old)
		if err != nil {
			return nil, err
		}
		if s.From < 0 || s.To < 0 || s.From >= len(list) || s.To >= len(list) {
			return nil, fmt.Errorf("the list has %s, so item %d cannot become item %d", counted(len(list), "item", "items"), s.From+1, s.To+1)
		}
		moved := list[s.From]
		rest := slices.Delete(slices.Clone(list), s.From, s.From+1)
		return slices.Insert(rest, s.To, moved), nil
	})
	if err != nil {
		return "", err
	}
	return "Reorder " + e.fieldLabel(s.Step, t.path), nil
}

// asList is a value as a list; nothing at all is an empty one.
func asList(t target, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	list, isList := value.([]any)
	if !isList {
		return nil, fmt.Errorf("%s is %s and no list", placeName(t.path), describe(value))
	}
	return list, nil
}
