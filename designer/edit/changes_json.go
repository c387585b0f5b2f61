package edit

import (
	"errors"
	"fmt"

	"redial/engine/flow"
)

// storedDepth is how deep the JSON of changes nests beyond a value.
const storedDepth = flow.MaxNesting + 8

// MarshalJSON writes changes for the store. Integers and the order of fields
// stay exact.
func (c Changes) MarshalJSON() ([]byte, error) {
	list := make([]any, len(c))
	for i, change := range c {
		path := make([]any, len(change.Path))
		for j, name := range change.Path {
			path[j] = name
		}
		stored := flow.Object{{Name: "path", Value: path}}
		if change.Kind != ChangeField {
			stored = append(stored, flow.Field{Name: "kind", Value: string(change.Kind)})
		}
		if change.Index != 0 {
			stored = append(stored, flow.Field{Name: "index", Value: int64(change.Index)})
		}
		if change.Old != nil {
			stored = append(stored, flow.Field{Name: "old", Value: change.Old.Any})
		}
		if change.New != nil {
			stored = append(stored, flow.Field{Name: "new", Value: change.New.Any})
		}
		list[i] = stored
	}
	return appendJSON(nil, list)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Changes) UnmarshalJSON(data []byte) error {
	value, err := readJSON(data, storedDepth)
	if err != nil {
		return fmt.Errorf("reading changes: %w", err)
	}
	list, isList := value.([]any)
	if !isList {
		return errors.New("reading changes: they are no list")
	}
	changes := make(Changes, len(list))
	for i, item := range list {
		stored, _ := item.(flow.Object)
		if changes[i], err = readChange(stored); err != nil {
			return fmt.Errorf("reading change %d: %w", i+1, err)
		}
	}
	*c = changes
	return nil
}

func readChange(stored flow.Object) (Change, error) {
	change := Change{Kind: ChangeKind(stored.Text("kind"))}
	path, isList := get[[]any](stored, "path")
	if !isList {
		return change, errors.New("it has no path")
	}
	for _, item := range path {
		name, isText := item.(string)
		if !isText {
			return change, errors.New("its path is made of other things than names")
		}
		change.Path = append(change.Path, name)
	}
	switch change.Kind {
	case ChangeField, ChangeItem, ChangeOrder:
	default:
		return change, fmt.Errorf("its kind is %q", shorten(string(change.Kind)))
	}
	index, _ := get[int64](stored, "index")
	change.Index = int(index)
	if old, found := stored.Get("old"); found {
		change.Old = &Value{old}
	}
	if now, found := stored.Get("new"); found {
		change.New = &Value{now}
	}
	if change.Old == nil && change.New == nil {
		return change, errors.New("it has no values")
	}
	return change, nil
}
