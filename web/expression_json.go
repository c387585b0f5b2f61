package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"redial/engine/expression"
	"redial/engine/flow"
)

// languageJSON is a value written as JSON, whose texts may hold expressions. The
// language of expressions itself knows nothing of it.
const languageJSON expression.Language = "json"

// maxJSONResult bounds what the expressions of a JSON text may come to, in bytes.
const maxJSONResult = 1 << 20

// jsonText is a text within a JSON source.
type jsonText struct {
	// start and end are the range of what stands between its quotes.
	start, end int
	// text is what that stands for, and places where each of its bytes is written; one
	// more place is the end.
	text   string
	places []int
	closed bool
}

// jsonTexts are the texts of a source that are values, not names of fields. The source
// need not be whole: a text that is not closed ends with its line.
func jsonTexts(source string) []jsonText {
	var texts []jsonText
	for at := 0; at < len(source); at++ {
		if source[at] != '"' {
			continue
		}
		found := readJSONText(source, at+1)
		at = found.end
		rest := strings.TrimLeft(source[min(at+1, len(source)):], " \t\r\n")
		if !found.closed || !strings.HasPrefix(rest, ":") {
			texts = append(texts, found)
		}
	}
	return texts
}

func readJSONText(source string, start int) jsonText {
	t := jsonText{start: start}
	var text strings.Builder
	at := start
	for at < len(source) && source[at] != '"' && source[at] != '\n' {
		n, meant := jsonUnit(source[at:])
		for range len(meant) {
			t.places = append(t.places, at)
		}
		text.WriteString(meant)
		at += n
	}
	t.text, t.end, t.places = text.String(), at, append(t.places, at)
	t.closed = at < len(source) && source[at] == '"'
	return t
}

// jsonUnit is the length of the character or escape that a source begins with, and what
// that stands for. What is no escape of JSON stands for itself.
func jsonUnit(source string) (length int, meant string) {
	if source[0] != '\\' {
		_, n := utf8.DecodeRuneInString(source)
		return n, source[:n]
	}
	const unicodeEscape, pair = len(`\u0000`), len(`\u0000\u0000`)
	for _, n := range []int{pair, unicodeEscape, 2} {
		if n > len(source) || n > 2 && source[1] != 'u' || n == pair && source[unicodeEscape:unicodeEscape+2] != `\u` {
			continue
		}
		var text string
		if json.Unmarshal([]byte(`"`+source[:n]+`"`), &text) == nil && (n != pair || utf8.RuneCountInString(text) == 1) {
			return n, text
		}
	}
	return 1, `\`
}

// outer is where a range of the text is in the source.
func (t *jsonText) outer(start, end int) (from, to int) {
	last := len(t.places) - 1
	return t.places[min(max(start, 0), last)], t.places[min(max(end, 0), last)]
}

// inner is where a place of the source is in the text; one within a character or an
// escape is behind it.
func (t *jsonText) inner(at int) int {
	index, _ := slices.BinarySearch(t.places, at)
	return index
}

// jsonEscaped is a text as it is written within a text of JSON.
func jsonEscaped(text string) string {
	encoded, err := flow.EncodeJSON(text)
	if err != nil {
		return ""
	}
	return string(encoded[1 : len(encoded)-1])
}

// compileJSON compiles the expressions in the texts of a value that is written as JSON.
func (d *draftData) compileJSON(source string) (*tried, []expression.Fault) {
	if _, err := flow.DecodeJSON([]byte(source)); err != nil {
		return nil, []expression.Fault{{End: len(source), Code: expression.FaultSyntax, Message: "this is not JSON"}}
	}
	made := &tried{}
	var faults []expression.Fault
	var filled []jsonTemplate
	failed := false
	for _, text := range jsonTexts(source) {
		if !strings.Contains(text.text, "{{") {
			continue
		}
		template, found := expression.CompileTemplate(text.text, d.Scope, expression.TextTemplate)
		for _, fault := range found {
			fault.Start, fault.End = text.outer(fault.Start, fault.End)
			faults = append(faults, fault)
		}
		if failed = failed || template == nil; !failed {
			filled = append(filled, jsonTemplate{text, template})
			made.reads = append(made.reads, template.Reads()...)
		}
	}
	if failed {
		return nil, faults
	}
	made.evaluate = func(values *expression.Values) (any, error) { return evaluateJSON(source, filled, values) }
	return made, faults
}

// jsonTemplate is a text with expressions in it.
type jsonTemplate struct {
	jsonText
	template *expression.Template
}

// evaluateJSON puts what the templates come to in their places.
func evaluateJSON(source string, templates []jsonTemplate, values *expression.Values) (any, error) {
	var result strings.Builder
	at := 0
	for i := range templates {
		t := &templates[i]
		value, err := t.template.Eval(values)
		var failed *expression.Error
		if errors.As(err, &failed) {
			placed := *failed
			placed.Offset, placed.End = t.outer(failed.Offset, failed.End)
			return nil, &placed
		}
		if err != nil {
			return nil, err
		}
		encoded, err := flow.EncodeJSON(value)
		if err != nil {
			return nil, err
		}
		result.WriteString(source[at : t.start-1])
		result.Write(encoded)
		if at = t.end + 1; result.Len() > maxJSONResult {
			return nil, fmt.Errorf("the value is larger than %d MB, which is too large to be shown", maxJSONResult>>20)
		}
	}
	result.WriteString(source[at:])
	return flow.DecodeJSON([]byte(result.String()))
}

// completeJSON says what may be written within a text of a value that is written as
// JSON. Elsewhere it knows nothing.
func (d *draftData) completeJSON(source string, offset int, values *expression.Values) expression.Completion {
	for _, text := range jsonTexts(source) {
		if offset < text.start || offset > text.end {
			continue
		}
		found := expression.Complete(text.text, text.inner(offset), expression.LanguageTemplate, d.Scope, values)
		found.From, found.To = text.outer(found.From, found.To)
		for i := range found.Items {
			item := &found.Items[i]
			item.From, _ = text.outer(item.From, item.From)
			item.Caret = len(jsonEscaped(item.Insert[:item.Caret]))
			item.Insert = jsonEscaped(item.Insert)
		}
		return found
	}
	return expression.Completion{From: offset, To: offset}
}
