package flowfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"redial/engine/flow"
)

// WriteYAML writes a flow as canonical YAML: keys in a fixed order, defaults
// left out, every expression quoted. Reading it gives the same flow. Text that
// is not UTF-8 and numbers that are not finite are errors.
func WriteYAML(f *flow.Flow) ([]byte, error) {
	out, err := writeYAML(form(f))
	if err != nil {
		return nil, fmt.Errorf("writing flow %s as YAML: %w", f.Slug, err)
	}
	return out, nil
}

func writeYAML(tree flow.Object) ([]byte, error) {
	document, err := yamlNode(tree, "", fileLevel)
	if err != nil {
		return nil, err
	}
	return yaml.Dump(document, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
}

// level says how near to the file's outline a value stands. The outline is
// written in lines of its own; small values below it go on one line.
type level int

const (
	fileLevel  level = iota // the flow
	keyLevel                // a key of the flow, or of the inner graph of an each step
	stepLevel               // a trigger or step
	fieldLevel              // a key of a trigger or step
	valueLevel              // everything below
)

// below is the level of a field of a value of this level.
func (l level) below(name string) level {
	switch {
	case l == fileLevel && (name == "steps" || name == "edges"):
		return keyLevel
	case l == fileLevel && name == "trigger", l == keyLevel:
		return stepLevel
	case l == stepLevel && name == "with":
		return fieldLevel
	case (l == stepLevel || l == fieldLevel) && name == "do":
		return fileLevel
	}
	return valueLevel
}

func yamlNode(value any, name string, at level) (*yaml.Node, error) {
	switch v := value.(type) {
	case nil:
		return plainNode("!!null", "null"), nil
	case bool:
		return plainNode("!!bool", strconv.FormatBool(v)), nil
	case int64:
		return plainNode("!!int", strconv.FormatInt(v, 10)), nil
	case float64:
		text, err := formatFloat(v)
		return plainNode("!!float", text), err
	case string:
		return textNode(v, name)
	case []any:
		return yamlList(v, at)
	case flow.Object:
		return yamlMapping(v, at)
	case map[string]any:
		return yamlMapping(sorted(v), at)
	default:
		return nil, fmt.Errorf("a flow file cannot hold a %T", value)
	}
}

func plainNode(tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

func yamlList(list []any, at level) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	if len(list) == 0 || at == valueLevel && width(list) <= maxInline {
		n.Style = yaml.FlowStyle
	}
	for _, item := range list {
		child, err := yamlNode(item, "", valueLevel)
		if err != nil {
			return nil, err
		}
		if child.Kind == yaml.MappingNode && len(child.Content) > 0 {
			child.Style = 0
		}
		n.Content = append(n.Content, child)
	}
	return n, nil
}

func yamlMapping(object flow.Object, at level) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if len(object) == 0 || at == valueLevel && width(object) <= maxInline {
		n.Style = yaml.FlowStyle
	}
	for _, f := range object {
		key, err := textNode(f.Name, "")
		if err != nil {
			return nil, err
		}
		if key.Style == yaml.LiteralStyle {
			key.Style = yaml.DoubleQuotedStyle
		}
		value, err := yamlNode(f.Value, f.Name, at.below(f.Name))
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, key, value)
	}
	return n, nil
}

// maxInline is the most characters that a value has on one line.
const maxInline = 60

// width is about how many characters a value takes on one line; more than
// maxInline if it does not belong on one.
func width(value any) int {
	const tooWide = maxInline + 1
	total := 2
	switch v := value.(type) {
	case string:
		if strings.ContainsRune(v, '\n') {
			return tooWide
		}
		return min(utf8.RuneCountInString(v), tooWide)
	case []any:
		for _, item := range v {
			if _, nested := item.(flow.Object); nested || total > maxInline {
				return tooWide
			}
			total += width(item) + 2
		}
	case flow.Object:
		for _, f := range v {
			if total > maxInline {
				return tooWide
			}
			total += width(f.Name) + width(f.Value) + 4
		}
	case map[string]any:
		return tooWide
	default:
		return len(fmt.Sprint(v))
	}
	return total
}

// plainText is text that is the same in every context and every version of
// YAML, and that nobody takes for anything else, without quotes.
var plainText = regexp.MustCompile(`^\pL[\pL\pN_./@+-]*( (->|[\pL\pN_./@+-]+))*$`)

// plainDuration is text such as 500ms or 1.5s.
var plainDuration = regexp.MustCompile(`^([0-9]{1,9}(\.[0-9]{1,9})?(ns|µs|ms|s|m|h|d))+$`)

// typedWords are what some version of YAML takes for something else than text.
var typedWords = map[string]bool{
	"true": true, "false": true, "yes": true, "no": true, "on": true, "off": true,
	"y": true, "n": true, "null": true, "inf": true, "nan": true,
}

// isBareExpression tells fields whose text is an expression without braces.
func isBareExpression(name string) bool { return name == "when" || name == "items" }

func textNode(text, name string) (*yaml.Node, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("the text %q is not UTF-8", shorten(text))
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	isPlain := plainText.MatchString(text) && !typedWords[strings.ToLower(text)] || plainDuration.MatchString(text)
	switch {
	case isPlain && !isBareExpression(name):
	case isLiteral(text):
		n.Style = yaml.LiteralStyle
	default:
		n.Style = yaml.DoubleQuotedStyle
	}
	return n, nil
}

// isLiteral tells text of several lines that a literal block shows as it is:
// nothing invisible in it, and nothing that needs an explicit indentation.
func isLiteral(text string) bool {
	body := strings.TrimSuffix(text, "\n")
	if !strings.Contains(body, "\n") || strings.HasSuffix(body, "\n") {
		return false
	}
	if first := body[0]; first == ' ' || first == '\n' {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasSuffix(line, " ") {
			return false
		}
		for _, c := range line {
			if !unicode.IsPrint(c) {
				return false
			}
		}
	}
	return true
}
