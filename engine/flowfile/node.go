package flowfile

import (
	"fmt"
	"strconv"
	"strings"

	"redial/engine/flow"
)

type kind uint8

const (
	scalarKind kind = iota
	objectKind
	listKind
)

// style is how a scalar is written in the file; it decides how an offset in
// its value leads back into the file.
type style uint8

const (
	plainStyle style = iota
	singleQuotedStyle
	doubleQuotedStyle
	literalStyle
	foldedStyle
	jsonStyle
)

// node is one value of the file, be it YAML or JSON, with its place.
type node struct {
	kind   kind
	style  style
	start  int // offset of its first byte in the source
	value  any // of a scalar: nil, bool, int64, float64 or string
	fields []field
	items  []*node
	// found are the items of a list of edges with those that are no edges.
	found []*node
	// unread is a number as it is written, if it has no value.
	unread string
}

type field struct {
	name  string
	start int // offset of the name in the source
	node  *node
}

// get finds a field of an object.
func (n *node) get(name string) (field, bool) {
	for _, f := range n.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func (n *node) isNull() bool { return n.kind == scalarKind && n.value == nil }

// model is the node's value as it stands in a flow.
func (n *node) model() any {
	switch n.kind {
	case objectKind:
		return n.object()
	case listKind:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			list[i] = item.model()
		}
		return list
	case scalarKind:
	}
	return n.value
}

// written is an object as it stands in the file.
func (n *node) written() flow.Object {
	object := make(flow.Object, len(n.fields))
	for i, f := range n.fields {
		object[i] = flow.Field{Name: f.name, Value: f.node.writtenValue()}
	}
	return object
}

func (n *node) writtenValue() any {
	switch n.kind {
	case objectKind:
		return n.written()
	case listKind:
		items := n.items
		if n.found != nil {
			items = n.found
		}
		list := make([]any, len(items))
		for i, item := range items {
			list[i] = item.writtenValue()
		}
		return list
	case scalarKind:
	}
	if n.unread != "" {
		return n.unread
	}
	return n.value
}

func (n *node) object() flow.Object {
	object := make(flow.Object, len(n.fields))
	for i, f := range n.fields {
		object[i] = flow.Field{Name: f.name, Value: f.node.model()}
	}
	return object
}

// describe says what a value is, for messages.
func (n *node) describe() string {
	switch n.kind {
	case objectKind:
		return "an object"
	case listKind:
		return "a list"
	case scalarKind:
	}
	switch v := n.value.(type) {
	case nil:
		return "empty"
	case string:
		return fmt.Sprintf("the text %q", shorten(v))
	case bool:
		return strconv.FormatBool(v)
	default:
		return fmt.Sprintf("the number %v", v)
	}
}

// maxQuoted bounds how much of the file is repeated in a message or a path.
const maxQuoted = 80

func shorten(text string) string {
	count := 0
	for i := range text {
		if count++; count > maxQuoted {
			return text[:i] + "…"
		}
	}
	return text
}

// trail leads from the root of the file to the node being read. Paths are made
// of it only when a problem is found: most nodes have none.
type trail []segment

type segment struct {
	name  string
	index int // of a list item; name is empty
	list  bool
}

func (t *trail) name(name string) { *t = append(*t, segment{name: name}) }
func (t *trail) index(i int)      { *t = append(*t, segment{index: i, list: true}) }
func (t *trail) up()              { *t = (*t)[:len(*t)-1] }

// path is the trail in the form of flow.Problem.Path.
func (t trail) path() string {
	var path strings.Builder
	for i, s := range t {
		switch {
		case s.list:
			fmt.Fprintf(&path, "[%d]", s.index)
		case i > 0:
			path.WriteByte('.')
			fallthrough
		default:
			path.WriteString(shorten(s.name))
		}
	}
	return path.String()
}

// step is the ID of the innermost step that the trail leads into.
func (t trail) step() string {
	id := ""
	for i := range t {
		if i+1 < len(t) && t[i].name == "steps" && (i == 0 || t[i-1].name == "do") {
			id = shorten(t[i+1].name)
		}
	}
	return id
}
