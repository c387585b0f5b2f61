package edit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// Limits of paths.
const (
	maxPath     = 4096 // bytes
	maxSegments = flow.MaxNesting
)

// segment is one part of a path: the name of a field, or the index of an item.
type segment struct {
	name  string
	index int
	list  bool
}

// parsePath reads a path such as with.paths[1].when or with["odd key"].
func parsePath(path string) ([]segment, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("the path has %d bytes; at most %d are possible", len(path), maxPath)
	}
	var segments []segment
	rest := path
	for rest != "" || len(segments) == 0 {
		s, tail, err := nextSegment(rest, len(segments) == 0)
		if err != nil {
			return nil, fmt.Errorf("the path %q cannot be read: %w", shorten(path), err)
		}
		if segments = append(segments, s); len(segments) > maxSegments {
			return nil, fmt.Errorf("the path %q leads too deep", shorten(path))
		}
		rest = tail
	}
	return segments, nil
}

func nextSegment(rest string, first bool) (s segment, tail string, err error) {
	if strings.HasPrefix(rest, "[") {
		return bracketed(rest)
	}
	if !first {
		if !strings.HasPrefix(rest, ".") {
			return s, "", fmt.Errorf("a dot is missing before %q", shorten(rest))
		}
		rest = rest[1:]
	}
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	if end == 0 {
		return s, "", fmt.Errorf("a name is missing")
	}
	return segment{name: rest[:end]}, rest[end:], nil
}

func bracketed(rest string) (s segment, tail string, err error) {
	if strings.HasPrefix(rest, `["`) {
		quoted, err := strconv.QuotedPrefix(rest[1:])
		if err != nil || !strings.HasPrefix(rest[1+len(quoted):], "]") {
			return s, "", fmt.Errorf(`a name in brackets is written ["like this"]`)
		}
		value, err := readJSON([]byte(quoted), 0)
		name, isText := value.(string)
		if err != nil || !isText {
			return s, "", fmt.Errorf(`a name in brackets is written ["like this"]`)
		}
		return segment{name: name}, rest[1+len(quoted)+1:], nil
	}
	digits, tail, closed := strings.Cut(rest[1:], "]")
	index, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || !closed {
		return s, "", fmt.Errorf("an index is written [0]")
	}
	return segment{index: int(index), list: true}, tail, nil
}

// formatPath writes a path so that parsePath reads it.
func formatPath(path []segment) string {
	var b strings.Builder
	for i, s := range path {
		switch {
		case s.list:
			fmt.Fprintf(&b, "[%d]", s.index)
		case !isPlainName(s.name):
			quoted, _ := flow.EncodeJSON(s.name)
			fmt.Fprintf(&b, "[%s]", quoted)
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.name)
		}
	}
	return b.String()
}

func isPlainName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || strings.ContainsRune(`.[]"`, c)
	})
}

// names are the segments of a path of fields.
func names(path ...string) []segment {
	segments := make([]segment, len(path))
	for i, name := range path {
		segments[i] = segment{name: name}
	}
	return segments
}

// at finds the value at a path below a value.
func at(value any, path []segment) (any, bool) {
	for _, s := range path {
		switch v := value.(type) {
		case flow.Object:
			field, found := v.Get(s.name)
			if s.list || !found {
				return nil, false
			}
			value = field
		case []any:
			if !s.list || s.index >= len(v) {
				return nil, false
			}
			value = v[s.index]
		default:
			return nil, false
		}
	}
	return value, true
}

// changed is a value in which the one at a path is another. Objects that are
// missing on the way are made. The error says what is in the way.
func changed(value any, path []segment, change func(old any, found bool) (any, error)) (any, error) {
	return changedAt(value, path, 0, true, change)
}

func changedAt(value any, path []segment, depth int, found bool, change func(any, bool) (any, error)) (any, error) {
	if depth == len(path) {
		return change(value, found)
	}
	s := path[depth]
	if s.list {
		list, isList := value.([]any)
		if !isList {
			return nil, fmt.Errorf("%s is no list", placeName(path[:depth]))
		}
		if s.index >= len(list) {
			return nil, fmt.Errorf("%s has %s, so there is no item %d", placeName(path[:depth]), counted(len(list), "item", "items"), s.index+1)
		}
		item, err := changedAt(list[s.index], path, depth+1, true, change)
		if err != nil {
			return nil, err
		}
		list = slices.Clone(list)
		list[s.index] = item
		return list, nil
	}
	object, isObject := value.(flow.Object)
	if !isObject && value != nil {
		return nil, fmt.Errorf("%s is %s, so it has no field %q", placeName(path[:depth]), describe(value), shorten(s.name))
	}
	old, found := object.Get(s.name)
	field, err := changedAt(old, path, depth+1, found, change)
	if err != nil {
		return nil, err
	}
	return with(object, s.name, field), nil
}

// removed is a value without the field or item at a path. Objects that become
// empty by it go too, those of the first keep segments excepted.
func removed(value any, path []segment, keep int) any {
	s := path[0]
	switch v := value.(type) {
	case flow.Object:
		inner, found := v.Get(s.name)
		if s.list || !found {
			return v
		}
		if len(path) == 1 {
			return without(v, s.name)
		}
		rest := removed(inner, path[1:], keep-1)
		if object, isObject := rest.(flow.Object); isObject && len(object) == 0 && keep <= 0 {
			return without(v, s.name)
		}
		return with(v, s.name, rest)
	case []any:
		if !s.list || s.index >= len(v) {
			return v
		}
		list := slices.Clone(v)
		if len(path) == 1 {
			return slices.Delete(list, s.index, s.index+1)
		}
		list[s.index] = removed(v[s.index], path[1:], keep-1)
		return list
	}
	return value
}

// placeName is a path for messages.
func placeName(path []segment) string {
	if len(path) == 0 {
		return "it"
	}
	return shorten(formatPath(path))
}

// describe says what a value is.
func describe(value any) string {
	switch v := value.(type) {
	case nil:
		return "empty"
	case string:
		return "text"
	case bool:
		return strconv.FormatBool(v)
	case flow.Object:
		return "an object"
	case []any:
		return "a list"
	default:
		return "a number"
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
