package flowfile

import (
	"math"
	"slices"

	"redial/engine/flow"
)

// fields walks over the fields of an object and reports what is not one of the
// known keys; without known keys every field is welcome. Nothing at all is an
// empty object.
func (r *report) fields(n *node, what string, known []string, read func(field)) {
	if n.kind != objectKind {
		if !n.isNull() {
			r.error(n.start, flow.CodeInvalidValue, "%s must be an object, but this is %s", what, n.describe())
		}
		return
	}
	for _, f := range n.fields {
		r.name(f.name)
		if known != nil && !slices.Contains(known, f.name) {
			r.error(f.start, flow.CodeUnknownKey, "%s has no key %q%s", what, shorten(f.name), didYouMean(f.name, known))
		} else {
			read(f)
		}
		r.up()
	}
}

// require reports a key that is missing from an object.
func (r *report) require(n *node, key, message string) {
	if _, found := n.get(key); !found {
		r.error(n.start, flow.CodeMissingField, "%s", message)
	}
}

// list walks over a list. Nothing at all is an empty list.
func (r *report) list(n *node, read func(*node)) {
	if n.kind != listKind {
		if !n.isNull() {
			r.error(n.start, flow.CodeInvalidValue, "%s must be a list, but this is %s", r.key(), n.describe())
		}
		return
	}
	for i, item := range n.items {
		r.index(i)
		read(item)
		r.up()
	}
}

// key is the name of the value being read, for messages.
func (r *report) key() string {
	for _, s := range slices.Backward(r.trail) {
		if !s.list {
			return shorten(s.name)
		}
	}
	return "the file"
}

// wrong reports a value of the wrong type.
func (r *report) wrong(n *node, wanted string) bool {
	r.error(n.start, flow.CodeInvalidValue, "%s must be %s, but it is %s", r.key(), wanted, n.describe())
	return false
}

// text reads text. A number or a bool is not taken for it: 007 would lose its
// zeros.
func (r *report) text(n *node, into *string) bool {
	switch v := n.value.(type) {
	case string:
		*into = v
		return true
	case int64, float64, bool:
		return r.wrong(n, "text in quotes")
	}
	return r.wrong(n, "text")
}

func (r *report) boolean(n *node, into *bool) bool {
	v, ok := n.value.(bool)
	if !ok {
		return r.wrong(n, "true or false")
	}
	*into = v
	return true
}

func (r *report) integer(n *node, into *int) bool {
	v, ok := n.value.(int64)
	if !ok || v > math.MaxInt32 || v < math.MinInt32 {
		return r.wrong(n, "a whole number")
	}
	*into = int(v)
	return true
}

func (r *report) number(n *node, into *float64) bool {
	switch v := n.value.(type) {
	case int64:
		*into = float64(v)
	case float64:
		*into = v
	default:
		return r.wrong(n, "a number")
	}
	return true
}

func (r *report) duration(n *node, into *flow.Duration) bool {
	text, ok := n.value.(string)
	if !ok {
		return r.wrong(n, "a duration such as 500ms, 25s, 2m, 1h30m or 2d")
	}
	d, err := flow.ParseDuration(text)
	if err != nil {
		r.error(n.start, flow.CodeInvalidValue, "%s: %v", r.key(), err)
		return false
	}
	*into = d
	return true
}

func (r *report) object(n *node, into *flow.Object) {
	switch {
	case n.kind == objectKind && len(n.fields) > 0:
		*into = n.object()
	case n.kind != objectKind && !n.isNull():
		r.wrong(n, "an object")
	}
}

// position reads a place on the canvas, [x, y].
func (r *report) position(n *node) *flow.Position {
	var at flow.Position
	if len(n.items) != 2 {
		r.wrong(n, "two numbers, [x, y]")
		return nil
	}
	if !r.number(n.items[0], &at.X) || !r.number(n.items[1], &at.Y) {
		return nil
	}
	return &at
}
