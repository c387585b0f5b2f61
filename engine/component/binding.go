package component

import (
	"fmt"
	"strings"

	"redial/engine/flow"
)

// binding puts values into the text of a query language in place of :name, as
// literals. A value can therefore never become a part of the query, whatever
// it is: the way to write queries with data from outside. The literals are
// those of SOQL and of QuickBooks, which agree: text in single quotes with a
// backslash before quotes and backslashes.
type binding struct {
	text   string // the field with the query
	values string // the field with the values by name
}

// bind replaces the text field of the input by the query with its literals in
// place. A nil binding does nothing.
func (b *binding) bind(input map[string]any) *Finding {
	if b == nil {
		return nil
	}
	query, _ := input[b.text].(string)
	values, _ := input[b.values].(map[string]any)
	used := map[string]bool{}
	var out strings.Builder
	for i := 0; i < len(query); {
		switch c := query[i]; {
		case c == '\'':
			end := quoteEnd(query, i)
			out.WriteString(query[i:end])
			i = end
		case c == ':' && i+1 < len(query) && isNameStart(query[i+1]) && (i == 0 || !isNamePart(query[i-1])):
			name := nameAt(query[i+1:])
			text, finding := b.literal(name, values)
			if finding != nil {
				return finding
			}
			used[name] = true
			out.WriteString(text)
			i += 1 + len(name)
		default:
			out.WriteByte(c)
			i++
		}
	}
	for _, name := range sortedNames(values) {
		if !used[name] {
			return &Finding{Field: b.values + "." + shorten(name), Code: flow.CodeInvalidValue, Message: "the query does not use this value; write :" + shorten(name) + " where it belongs, outside of quotes"}
		}
	}
	input[b.text] = out.String()
	return nil
}

// check finds what bind would about the fields of a step, before it runs. A query
// that is only known then is left to the run.
func (b *binding) check(with flow.Object) []Finding {
	if b == nil {
		return nil
	}
	query, _ := with.Get(b.text)
	text, isText := query.(string)
	given, _ := with.Get(b.values)
	values, isObject := given.(flow.Object)
	if !isText || templated(text) || given != nil && !isObject {
		return nil
	}
	if finding := b.bind(map[string]any{b.text: text, b.values: flow.Plain(values)}); finding != nil {
		return []Finding{*finding}
	}
	return nil
}

// quoteEnd is where a text in single quotes ends that begins at start.
func quoteEnd(query string, start int) int {
	for i := start + 1; i < len(query); i++ {
		switch query[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(query)
}

func isNameStart(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }

func isNamePart(c byte) bool { return isNameStart(c) || c >= '0' && c <= '9' }

func nameAt(text string) string {
	end := 0
	for end < len(text) && isNamePart(text[end]) {
		end++
	}
	return text[:end]
}

func (b *binding) literal(name string, values map[string]any) (string, *Finding) {
	value, found := values[name]
	if !found {
		return "", &Finding{Field: b.values, Code: flow.CodeMissingField, Message: fmt.Sprintf("the query names :%s, and there is no such value%s", shorten(name), didYouMean(name, sortedNames(values)))}
	}
	list, ok := value.([]any)
	if !ok {
		return literalOf(value, b.values+"."+name)
	}
	if len(list) == 0 {
		return "", &Finding{Field: b.values + "." + name, Code: flow.CodeInvalidValue, Message: "a list in a query needs at least one element"}
	}
	texts := make([]string, len(list))
	for i := range list {
		var finding *Finding
		if texts[i], finding = literalOf(list[i], b.values+"."+name); finding != nil {
			return "", finding
		}
	}
	return "(" + strings.Join(texts, ", ") + ")", nil
}

func literalOf(value any, path string) (string, *Finding) {
	switch v := value.(type) {
	case nil:
		return "null", nil
	case string:
		return quoteLiteral(v), nil
	case bool, int64, float64:
		return plainText(v), nil
	default:
		return "", mismatch(path, "text, a number, true, false, null, or a list of those", v)
	}
}

var literalEscapes = strings.NewReplacer(
	`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`, "\x00", "",
)

// quoteLiteral writes text as a literal that nothing in it can end.
func quoteLiteral(text string) string { return "'" + literalEscapes.Replace(text) + "'" }
