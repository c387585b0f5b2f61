package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"redial/engine/flow"
)

// Bounds of a value as a page shows it. What is beyond is fetched when somebody
// asks for it.
const (
	treeNodes    = 400
	treeChildren = 100 // of one object or list
	treeText     = 600 // bytes of one text
	treeDepth    = 40
	openChildren = 12 // with more an object or list is shut at first
	openDepth    = 2
)

// valueNode is a part of a JSON value, ready to be shown.
type valueNode struct {
	Name     string // of a field or the place in a list
	Named    bool
	Kind     string // object, list, string, number, boolean, null
	Text     string // of what is neither object nor list
	Count    int    // fields or items
	Open     bool
	Children []valueNode
	More     int // children that are not here
}

// newValueTree is the tree of a plain value. whole is false where something of
// it was left out.
func newValueTree(value any) (node *valueNode, whole bool) {
	b := treeBuilder{left: treeNodes, whole: true}
	root := b.node(value, 0)
	root.Open = true
	return &root, b.whole
}

type treeBuilder struct {
	left  int
	whole bool
}

func (b *treeBuilder) node(value any, depth int) valueNode {
	b.left--
	switch v := value.(type) {
	case nil:
		return valueNode{Kind: "null", Text: "null"}
	case bool:
		return valueNode{Kind: "boolean", Text: strconv.FormatBool(v)}
	case string:
		return b.text(v)
	case []any:
		node := valueNode{Kind: "list", Count: len(v)}
		b.children(&node, depth, func(i int) (string, any) { return strconv.Itoa(i), v[i] })
		return node
	case map[string]any:
		node := valueNode{Kind: "object", Count: len(v)}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.SortFunc(names, cmp.Compare)
		b.children(&node, depth, func(i int) (string, any) { return names[i], v[names[i]] })
		return node
	default:
		text, err := flow.EncodeJSON(v)
		if err != nil {
			text = []byte("?")
		}
		return valueNode{Kind: "number", Text: string(text)}
	}
}

func (b *treeBuilder) children(node *valueNode, depth int, child func(int) (string, any)) {
	shown := min(node.Count, treeChildren)
	if depth >= treeDepth {
		shown = 0
	}
	for i := range shown {
		if b.left <= 0 {
			shown = i
			break
		}
		name, value := child(i)
		inner := b.node(value, depth+1)
		inner.Name, inner.Named = b.cut(name), true
		node.Children = append(node.Children, inner)
	}
	node.More = node.Count - shown
	b.whole = b.whole && node.More == 0
	node.Open = depth < openDepth && node.Count <= openChildren
}

func (b *treeBuilder) text(text string) valueNode {
	return valueNode{Kind: "string", Text: b.cut(text)}
}

// cut bounds a text without cutting a character in two.
func (b *treeBuilder) cut(text string) string {
	if len(text) <= treeText {
		return text
	}
	b.whole = false
	end := treeText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// summary is what stands for a shut object or list: {3}, [12].
func (n *valueNode) summary() string {
	count := strconv.Itoa(n.Count)
	if n.Kind == "list" {
		return "[" + count + "]"
	}
	return "{" + count + "}"
}

// branches reports whether there is something to open.
func (n *valueNode) branches() bool { return n.Count > 0 }

// leaf is the text of what cannot be opened.
func (n *valueNode) leaf() string {
	switch n.Kind {
	case "object":
		return "{ }"
	case "list":
		return "[ ]"
	default:
		return n.Text
	}
}

// multiline reports whether a text needs room of its own.
func (n *valueNode) multiline() bool { return n.Kind == "string" && strings.Contains(n.Text, "\n") }
