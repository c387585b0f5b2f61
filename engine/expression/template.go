package expression

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/parser/lexer"
)

// TemplateKind says what a template's text becomes.
type TemplateKind int

const (
	// TextTemplate is the usual kind: text, or any value where the template is
	// one expression and nothing else.
	TextTemplate TemplateKind = iota
	// URLTemplate is an address: an expression is encoded as one path segment
	// or one query value, unless it opens the address.
	URLTemplate
)

// Template is a string that may hold {{ expressions }}. It is immutable and safe
// for concurrent use.
type Template struct {
	source string
	kind   TemplateKind
	parts  []templatePart
	reads  []Reference
}

// maxTemplateFaults bounds the faults that are reported for one template.
const maxTemplateFaults = 100

// templatePart is text or an expression.
type templatePart struct {
	text    string
	program *Program
	// offset is where the expression begins in the template.
	offset int
}

// CompileTemplate compiles a string. The template is nil if any fault is not a
// warning. Faults and references count bytes of the whole string. The
// language's lexer finds the end of an expression, so }} inside its text or of
// its objects ends nothing.
func CompileTemplate(source string, scope *Scope, kind TemplateKind) (*Template, []Fault) {
	if len(source) > MaxTemplate {
		return nil, []Fault{{End: len(source), Code: FaultLimit, Message: fmt.Sprintf(
			"the text is too long: %d bytes, at most %d are possible", len(source), MaxTemplate)}}
	}
	t := &Template{source: source, kind: kind}
	var faults []Fault
	for at := 0; at < len(source); {
		open := strings.Index(source[at:], "{{")
		if open < 0 {
			t.parts = append(t.parts, templatePart{text: source[at:]})
			break
		}
		if open > 0 {
			t.parts = append(t.parts, templatePart{text: source[at : at+open]})
		}
		start := at + open + len("{{")
		length, fault := expressionLength(source[start:])
		if fault != nil {
			fault.Start, fault.End = fault.Start+start, fault.End+start
			return nil, append(faults, *fault)
		}
		if len(t.parts) > 2*MaxTemplateParts {
			return nil, append(faults, Fault{Start: start, End: start, Code: FaultLimit, Message: fmt.Sprintf(
				"the text holds too many expressions: at most %d are possible", MaxTemplateParts)})
		}
		for _, f := range t.add(source[start:start+length], start, scope) {
			if !f.Warning || len(faults) < maxTemplateFaults {
				faults = append(faults, f)
			}
		}
		if len(faults) > maxTemplateFaults {
			return nil, faults
		}
		at = start + length + len("}}")
	}
	if failed(faults) {
		return nil, faults
	}
	return t, faults
}

// add compiles one expression of the template.
func (t *Template) add(source string, offset int, scope *Scope) []Fault {
	program, faults := compile(source, scope)
	for i := range faults {
		faults[i].Start += offset
		faults[i].End += offset
	}
	t.parts = append(t.parts, templatePart{program: program, offset: offset})
	if program != nil {
		for _, ref := range program.reads {
			ref.Start += offset
			ref.End += offset
			t.reads = append(t.reads, ref)
		}
	}
	return faults
}

// expressionLength finds the }} that ends the expression at the beginning of a
// text.
func expressionLength(text string) (int, *Fault) {
	bounded := text
	if len(bounded) > MaxSource+2 {
		bounded = cutRunes(bounded, MaxSource+2)
	}
	reader := newTokenReader(bounded)
	depth := 0
	for {
		t, fault := reader.next()
		switch {
		case fault != nil:
			return 0, fault
		case t.Kind == lexer.EOF:
			if len(bounded) < len(text) {
				return 0, &Fault{Start: -2, End: 0, Code: FaultLimit, Message: fmt.Sprintf(
					"this {{ is not closed within %d bytes, the longest possible expression", MaxSource)}
			}
			return 0, &Fault{Start: -2, End: 0, Code: FaultSyntax, Message: `this {{ is not closed: }} is missing; to write braces as text, write {{ "{{" }}`}
		case t.Is(lexer.Bracket, "}") && depth == 0:
			if !strings.HasPrefix(text[t.end:], "}") {
				return 0, &Fault{Start: t.start, End: t.end, Code: FaultSyntax, Message: "this } closes nothing; an expression ends with }}"}
			}
			return t.start, nil
		case t.Is(lexer.Bracket, "{"):
			depth++
		case t.Is(lexer.Bracket, "}"):
			depth--
		}
	}
}

// cutRunes cuts a text without splitting a character.
func cutRunes(s string, limit int) string {
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// single is the program of a template that is one expression and nothing else.
func (t *Template) single() *Program {
	if len(t.parts) == 1 {
		return t.parts[0].program
	}
	return nil
}

// Constant is the value of a template without expressions.
func (t *Template) Constant() (any, bool) {
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].program == nil:
		return t.parts[0].text, true
	default:
		return nil, false
	}
}

// Type is what is known about the result.
func (t *Template) Type() *Type {
	if p := t.single(); p != nil && t.kind == TextTemplate {
		return p.Type()
	}
	return typeText
}

// Reads are the paths that the template reads, in order of the source.
func (t *Template) Reads() []Reference { return t.reads }

// Source is the template as it was written.
func (t *Template) Source() string { return t.source }

// Programs are the template's expressions with the places where they begin.
func (t *Template) Programs() (programs []*Program, offsets []int) {
	for _, part := range t.parts {
		if part.program != nil {
			programs, offsets = append(programs, part.program), append(offsets, part.offset)
		}
	}
	return programs, offsets
}

// Eval evaluates the template. A template that is one expression keeps the
// type of its value; with text around it, it is text. An error is an *Error.
func (t *Template) Eval(v *Values) (any, error) {
	if constant, ok := t.Constant(); ok {
		return constant, nil
	}
	vars := 0
	for _, part := range t.parts {
		if part.program != nil {
			vars = max(vars, part.program.vars)
		}
	}
	r := startRun(v, vars)
	defer r.end()
	if t.kind == URLTemplate {
		return t.url(r)
	}
	if p := t.single(); p != nil {
		result, err := p.evaluate(r)
		if err != nil {
			return nil, t.place(t.parts[0], err)
		}
		return result, nil
	}
	return t.text(r)
}

// text joins the parts.
func (t *Template) text(r *run) (any, error) {
	var b strings.Builder
	for _, part := range t.parts {
		if part.program == nil {
			b.WriteString(part.text)
			continue
		}
		s, err := t.partText(r, part)
		if err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func (t *Template) partText(r *run, part templatePart) (string, error) {
	v, err := part.program.root.value(r)
	if err != nil {
		return "", t.place(part, err)
	}
	s, err := r.text(v)
	if err == nil {
		err = r.grow(2 * len(s))
	}
	if err != nil {
		return "", t.place(part, at(part.program.root, err))
	}
	return s, nil
}

// place completes an error with the template as its source.
func (t *Template) place(part templatePart, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Message: err.Error(), Code: CodeValue}
	}
	if part.program.secret {
		e.hush()
	}
	if e.Source == "" {
		e.Source = t.source
		if e.Offset < 0 {
			e.Offset, e.End = 0, len(part.program.source)
		}
		e.Offset, e.End = e.Offset+part.offset, e.End+part.offset
	}
	return e
}
