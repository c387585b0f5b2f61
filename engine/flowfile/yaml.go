package flowfile

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"redial/engine/flow"
)

// readYAML turns YAML into nodes. It resolves scalars itself, by the core
// schema of YAML 1.2: the library keeps habits of YAML 1.1.
func readYAML(r *report) (*node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(r.source.text), yaml.WithPlugin(
		// Only a safety net before the exact count below: the library counts
		// brackets and indentation its own way. Aliases are never expanded.
		loaderlimits.New(loaderlimits.DepthValue(2*flow.MaxNesting))))
	if err != nil {
		return nil, err
	}
	c := &yamlConverter{report: r, cursor: newYAMLCursor(r.source.text)}
	var document yaml.Node
	if err := loader.Load(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, r.source.syntaxError(0, "the file is empty; a flow file begins with redial: 1")
		}
		return nil, yamlSyntaxError(r.source, c.cursor, err)
	}
	root, err := c.convert(document.Content[0], 1)
	if err != nil {
		return nil, err
	}
	var second yaml.Node
	switch err := loader.Load(&second); {
	case err == nil:
		r.error(c.cursor.find(second.Line, second.Column), flow.CodeInvalidValue,
			"a flow file holds one document; what follows the first is ignored, so remove it")
	case !errors.Is(err, io.EOF):
		return nil, yamlSyntaxError(r.source, c.cursor, err)
	}
	return root, nil
}

type yamlConverter struct {
	*report
	cursor *yamlCursor
}

func (c *yamlConverter) convert(y *yaml.Node, depth int) (*node, error) {
	n := &node{start: c.cursor.find(y.Line, y.Column)}
	if depth > flow.MaxNesting && y.Kind != yaml.ScalarNode {
		return nil, c.source.tooLarge(n.start, "the file is nested more than %d levels deep", flow.MaxNesting)
	}
	c.refuseProperties(y, n)
	switch y.Kind {
	case yaml.MappingNode:
		if expression, found := c.unquotedExpression(y, n.start); found {
			n.value = expression
			return n, nil
		}
		return n, c.mapping(y, n, depth)
	case yaml.SequenceNode:
		n.kind = listKind
		for i, item := range y.Content {
			c.index(i)
			converted, err := c.convert(item, depth+1)
			c.up()
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, converted)
		}
	case yaml.AliasNode:
		c.error(n.start, flow.CodeInvalidValue,
			"the alias *%s is not supported; write the value out", shorten(y.Value))
	default:
		c.scalar(y, n)
	}
	return n, nil
}

// refuseProperties reports tags and anchors, and moves the node's start behind
// them.
func (c *yamlConverter) refuseProperties(y *yaml.Node, n *node) {
	if y.Anchor != "" {
		c.error(n.start, flow.CodeInvalidValue,
			"the anchor &%s is not supported; write the value out where it is needed", shorten(y.Anchor))
	}
	text := c.source.text
	start := n.start
	tagged := y.Style&yaml.TaggedStyle != 0
	for y.Kind == yaml.ScalarNode && n.start < len(text) && (text[n.start] == '!' || text[n.start] == '&') {
		tagged = tagged || text[n.start] == '!'
		end := bytes.IndexAny(text[n.start:], " \t\r\n")
		if end < 0 {
			break
		}
		n.start += end
		n.start += len(text[n.start:]) - len(bytes.TrimLeft(text[n.start:], " \t\r\n"))
	}
	if tagged {
		c.error(start, flow.CodeInvalidValue,
			"the tag %s is not supported; remove it", shorten(y.Tag))
	}
}

func (c *yamlConverter) mapping(y *yaml.Node, n *node, depth int) error {
	n.kind = objectKind
	names := make(map[string]bool, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		start := c.cursor.find(key.Line, key.Column)
		usable := c.usableKey(key, start)
		c.name(key.Value)
		duplicate := usable && names[key.Value]
		if duplicate {
			c.error(start, flow.CodeDuplicateKey, "the key %q is there twice; remove one of them", shorten(key.Value))
		}
		// What is dropped is read all the same, for the problems in it.
		converted, err := c.convert(value, depth+1)
		c.up()
		if err != nil {
			return err
		}
		if usable && !duplicate {
			names[key.Value] = true
			if converted.isNull() && converted.style == plainStyle && value.Value == "" {
				converted.start = start // there is nothing to point at
			}
			n.fields = append(n.fields, field{name: key.Value, start: start, node: converted})
		}
	}
	return nil
}

// usableKey reports keys that cannot be the name of a field.
func (c *yamlConverter) usableKey(key *yaml.Node, start int) bool {
	switch {
	case key.Kind == yaml.AliasNode:
		c.error(start, flow.CodeInvalidValue,
			"the alias *%s is not supported; write the key out", shorten(key.Value))
		return false
	case key.Kind != yaml.ScalarNode:
		c.error(start, flow.CodeInvalidValue,
			"a key must be text; if this is meant to be an expression, put it in quotes: \"{{ … }}\"")
		return false
	case key.Style == 0 && key.Value == "<<":
		c.error(start, flow.CodeInvalidValue, "the merge key << is not supported; write the fields out")
		return false
	}
	c.refuseProperties(key, &node{start: start})
	return true
}

// unquotedExpression recognises `sku: {{ trigger.body.sku }}`, which YAML takes
// for an object whose key is an object, reports it and gives the expression as
// it was meant.
func (c *yamlConverter) unquotedExpression(y *yaml.Node, start int) (string, bool) {
	text := c.source.text[start:]
	if y.Style&yaml.FlowStyle == 0 || !bytes.HasPrefix(text, []byte("{{")) {
		return "", false
	}
	expression := "{{ … }}"
	if end := bytes.Index(text, []byte("}}")); end > 0 {
		expression = string(text[:end+2])
	}
	c.error(start, flow.CodeInvalidValue, unquotedMessage, shorten(expression))
	return expression, true
}

const unquotedMessage = `YAML takes unquoted braces for an object; put the expression in quotes: "%s"`

func (c *yamlConverter) scalar(y *yaml.Node, n *node) {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		n.style = doubleQuotedStyle
	case y.Style&yaml.SingleQuotedStyle != 0:
		n.style = singleQuotedStyle
	case y.Style&yaml.LiteralStyle != 0:
		n.style = literalStyle
	case y.Style&yaml.FoldedStyle != 0:
		n.style = foldedStyle
	case y.Style&yaml.TaggedStyle == 0:
		c.plain(y.Value, n)
		return
	}
	n.value = y.Value
}

func (c *yamlConverter) plain(text string, n *node) {
	value, err := resolve(text)
	switch {
	case err != nil:
		c.error(n.start, flow.CodeInvalidValue, "%v", err)
		n.unread = text
	case isInexact(text, value):
		c.warning(n.start, flow.CodeInvalidValue, inexactMessage, shorten(text))
	case hasLeadingZero(text, value):
		c.warning(n.start, flow.CodeInvalidValue,
			"%s is read as the number %d; put it in quotes to keep the zero in front", shorten(text), value)
	}
	n.value = value
}

// advice on what the library's most frequent messages mean for somebody who
// does not know how YAML is scanned.
var yamlAdvice = []struct{ part, advice string }{
	{"cannot start any token", "this character cannot stand here; put the text in quotes, and use spaces, not tabs, to indent"},
	{"mapping values are not allowed", "there is a \": \" too many; put the text in quotes, or check the indentation"},
	{"did not find expected key", "the indentation is not that of the lines around it, or the line is not of the form \"key: value\""},
	{"could not find expected ':'", "a \":\" is missing after the key"},
	{"did not find expected ',' or '}'", "a \",\" or \"}\" is missing; text with braces, brackets or \": \" in it needs quotes"},
	{"did not find expected ',' or ']'", "a \",\" or \"]\" is missing; text with braces, brackets or \": \" in it needs quotes"},
	{"did not find expected '-' indicator", "a line of the list does not begin with \"- \", or its indentation is off"},
	{"found unexpected end of stream", "the quote that is opened here is never closed"},
	{"did not find expected node content", "a value is missing here"},
	{"control characters are not allowed", "there is a control character in the file; remove it, or write it as an escape in double quotes"},
	{"incompatible YAML document", "remove the line that begins with %YAML"},
	{"unknown anchor", "aliases are not supported; write the value out"},
}

func yamlSyntaxError(s *source, cursor *yamlCursor, err error) error {
	var failure *yaml.LoadError
	if !errors.As(err, &failure) {
		return s.syntaxError(0, "the file is not YAML: %s", shorten(err.Error()))
	}
	offset := cursor.find(failure.Mark.Line, failure.Mark.Column)
	if strings.Contains(failure.Message, "exceeded max depth") {
		return s.tooLarge(offset, "the file is nested more than %d levels deep", flow.MaxNesting)
	}
	if failure.Message == "found unexpected end of stream" {
		offset = cursor.find(failure.ContextMark.Line, failure.ContextMark.Column)
	}
	if at, found := unquotedBefore(s.text, offset); found {
		return s.syntaxError(at, unquotedMessage, "{{ … }}")
	}
	for _, known := range yamlAdvice {
		if strings.Contains(failure.Message, known.part) {
			return s.syntaxError(offset, "the file is not YAML: %s", known.advice)
		}
	}
	return s.syntaxError(offset, "the file is not YAML: %s", shorten(failure.Message))
}

// unquotedBefore finds a value that begins with unquoted braces on the line of
// a syntax error or the one before it: the likeliest cause.
func unquotedBefore(text []byte, offset int) (int, bool) {
	from := bytes.LastIndexByte(text[:offset], '\n')
	from = bytes.LastIndexByte(text[:max(from, 0)], '\n') + 1
	to := len(text)
	if end := bytes.IndexByte(text[offset:], '\n'); end >= 0 {
		to = offset + end
	}
	for at := from; ; {
		found := bytes.Index(text[at:to], []byte("{{"))
		if found < 0 {
			return 0, false
		}
		at += found
		before := bytes.TrimRight(text[from:at], " \t")
		if len(before) < at-from && len(before) > 0 && bytes.IndexByte([]byte(":-,[{"), before[len(before)-1]) >= 0 {
			return at, true
		}
		at += 2
	}
}
