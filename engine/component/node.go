package component

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"redial/engine/flow"
)

// Limits of a manifest. They bound what reading one can cost.
const (
	maxManifestBytes = 512 << 10
	maxManifestNodes = 50_000
	maxManifestDepth = 64
	maxProblems      = 100
)

// reader collects the problems of one manifest.
type reader struct {
	problems []flow.Problem
	nodes    int
	// sources are the fields whose choices the service is asked for.
	sources []*ChoiceSource
}

// node is a place in a manifest.
type node struct {
	*yaml.Node
	path   string
	reader *reader
}

// entry is one key of an object and its value.
type entry struct {
	name string
	key  node
	node
}

func (r *reader) report(code string, n *yaml.Node, path, message string) {
	if len(r.problems) >= maxProblems {
		return
	}
	problem := flow.Problem{Severity: flow.SeverityError, Code: code, Message: message, Path: path}
	if n != nil {
		problem.Line, problem.Column = n.Line, n.Column
	}
	r.problems = append(r.problems, problem)
}

func (n node) problem(code, format string, args ...any) {
	n.reader.report(code, n.Node, n.path, fmt.Sprintf(format, args...))
}

func (n node) invalid(format string, args ...any) { n.problem(flow.CodeInvalidValue, format, args...) }

// read parses the YAML and refuses what a manifest may not have: several
// documents, anchors, aliases, tags, duplicate keys, and too much of anything.
// The second result is false if there is nothing to go on with.
func (r *reader) read(source []byte) (node, bool) {
	if len(source) > maxManifestBytes {
		r.report(flow.CodeLimit, nil, "", fmt.Sprintf("the manifest is larger than %d KiB", maxManifestBytes>>10))
		return node{}, false
	}
	if !utf8.Valid(source) {
		r.report(flow.CodeSyntax, nil, "", "the manifest is not UTF-8 text")
		return node{}, false
	}
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil {
		r.syntax(err)
		return node{}, false
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		r.report(flow.CodeSyntax, &second, "", "a manifest is one YAML document; remove the line with --- and what follows")
		return node{}, false
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		r.report(flow.CodeSyntax, nil, "", "the manifest is empty")
		return node{}, false
	}
	root := node{document.Content[0], "", r}
	if !r.inspect(root.Node, 0) || len(r.problems) > 0 {
		return node{}, false
	}
	return root, true
}

var yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+)(?:, column (\d+))?: )?`)

func (r *reader) syntax(err error) {
	if errors.Is(err, io.EOF) {
		r.report(flow.CodeSyntax, nil, "", "the manifest is empty")
		return
	}
	message := err.Error()
	place := yamlPlace.FindStringSubmatch(message)
	at := &yaml.Node{}
	if place != nil {
		at.Line, _ = strconv.Atoi(place[1])
		at.Column, _ = strconv.Atoi(place[2])
		at.Column = max(at.Column, min(at.Line, 1))
		message = message[len(place[0]):]
	}
	r.report(flow.CodeSyntax, at, "", "this is not YAML: "+shorten(message))
}

// inspect walks the tree once before anything is read from it. It returns
// false when a limit is exceeded.
func (r *reader) inspect(n *yaml.Node, depth int) bool {
	if r.nodes++; r.nodes > maxManifestNodes || depth > maxManifestDepth {
		r.report(flow.CodeLimit, n, "", fmt.Sprintf("the manifest is too large: at most %d values, nested %d deep", maxManifestNodes, maxManifestDepth))
		return false
	}
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.report(flow.CodeSyntax, n, "", "anchors (&) and aliases (*) are not allowed in a manifest; write the value out")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.report(flow.CodeSyntax, n, "", fmt.Sprintf("the tag %s is not allowed in a manifest; remove it", shorten(n.Tag)))
		return false
	}
	for i, child := range n.Content {
		if !r.inspect(child, depth+1) {
			return false
		}
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			r.inspectKey(n, child, i)
		}
	}
	return true
}

func (r *reader) inspectKey(object, key *yaml.Node, index int) {
	switch {
	case key.Kind == yaml.MappingNode && key.Style&yaml.FlowStyle != 0:
		r.report(flow.CodeSyntax, object, "", `a value that begins with {{ must be quoted: "{{ … }}"`)
	case key.Kind != yaml.ScalarNode:
		r.report(flow.CodeSyntax, key, "", "a key must be text")
	default:
		// A map would cost more: nearly all objects have a handful of keys.
		if len(object.Content) > 2000 {
			if index == 0 {
				r.report(flow.CodeLimit, object, "", "an object has more than 1000 keys")
			}
			return
		}
		for j := 0; j < index; j += 2 {
			if object.Content[j].Value == key.Value && object.Content[j].Kind == yaml.ScalarNode {
				r.report(flow.CodeDuplicateKey, key, "", fmt.Sprintf("the key %s is already there, in line %d", shorten(key.Value), object.Content[j].Line))
				return
			}
		}
	}
}

// entries are the keys of an object in their order.
func (n node) entries() []entry {
	if n.Kind != yaml.MappingNode {
		n.invalid("%s must be an object with named values", n.what())
		return nil
	}
	entries := make([]entry, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, path := n.Content[i].Value, n.Content[i].Value
		if n.path != "" {
			path = n.path + "." + name
		}
		entries = append(entries, entry{name, node{n.Content[i], path, n.reader}, node{n.Content[i+1], path, n.reader}})
	}
	return entries
}

// list are the elements of a list.
func (n node) list() []node {
	if n.Kind != yaml.SequenceNode {
		n.invalid("%s must be a list", n.what())
		return nil
	}
	elements := make([]node, len(n.Content))
	for i, element := range n.Content {
		elements[i] = node{element, fmt.Sprintf("%s[%d]", n.path, i), n.reader}
	}
	return elements
}

// keys are what an object may hold, and what is done with each.
type keys map[string]func(node)

// object reads an object with known keys. Others are problems, missing ones of
// required too.
func (n node) object(known keys, required ...string) {
	found := map[string]bool{}
	for _, e := range n.entries() {
		found[e.name] = true
		if read, ok := known[e.name]; ok {
			read(e.node)
			continue
		}
		e.key.problem(flow.CodeUnknownKey, "%s has no key %q%s", n.what(), shorten(e.name), didYouMean(e.name, sortedNames(known)))
	}
	for _, name := range required {
		if !found[name] && n.Kind == yaml.MappingNode {
			n.problem(flow.CodeMissingField, "%s needs the key %s", n.what(), name)
		}
	}
}

// what names the place in a sentence.
func (n node) what() string {
	if n.path == "" {
		return "the manifest"
	}
	return n.path
}

// text reads a scalar that is text. Numbers and dates pass as they stand.
func (n node) text() string {
	if n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!str" || n.ShortTag() == "!!timestamp") {
		return n.Value
	}
	n.invalid("%s must be text; put it in quotes if it is", n.what())
	return ""
}

// filled reads text that is not empty.
func (n node) filled() string {
	text := n.text()
	if strings.TrimSpace(text) == "" {
		n.invalid("%s must not be empty", n.what())
	}
	return text
}

// word reads text that is one of a few.
func (n node) word(words ...string) string {
	text := n.text()
	if text != "" && !slices.Contains(words, text) {
		n.invalid("%s must be one of %s, not %q", n.what(), strings.Join(words, ", "), shorten(text))
		return ""
	}
	return text
}

func (n node) boolean() bool {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" {
		return strings.EqualFold(n.Value, "true")
	}
	n.invalid("%s must be true or false", n.what())
	return false
}

// integer reads a whole number within bounds.
func (n node) integer(least, most int64) int {
	value, ok := n.plain().(int64)
	if !ok || value < least || value > most {
		n.invalid("%s must be a whole number from %d to %d", n.what(), least, most)
		return int(least)
	}
	return int(value)
}

// plain reads any value as a plain JSON value.
func (n node) plain() any {
	switch n.Kind {
	case yaml.MappingNode:
		object := make(map[string]any, len(n.Content)/2)
		for _, e := range n.entries() {
			object[e.name] = e.plain()
		}
		return object
	case yaml.SequenceNode:
		list := []any{}
		for _, element := range n.list() {
			list = append(list, element.plain())
		}
		return list
	default:
		return n.scalar()
	}
}

func (n node) scalar() any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return n.boolean()
	case "!!int", "!!float":
		var whole int64
		if n.ShortTag() == "!!int" && n.Decode(&whole) == nil {
			return whole
		}
		var double float64
		if err := n.Decode(&double); err != nil || math.IsInf(double, 0) || math.IsNaN(double) {
			n.invalid("%s must be a number that JSON can hold", n.what())
			return nil
		}
		return double
	default:
		return n.Value
	}
}
