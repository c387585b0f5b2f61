package expression

import (
	"strings"
	"unicode/utf8"
)

// Language is what a source is written in, as far as completion cares.
type Language string

// The languages. A template holds expressions between {{ and }}; the others are
// one expression.
const (
	LanguageTemplate   Language = "template"
	LanguageExpression Language = "expression"
	LanguageCondition  Language = "condition"
)

// Bounds of a completion.
const (
	// MaxCandidates is how many candidates a completion has at most.
	MaxCandidates = 200

	// maxPieces and maxPieceBytes bound how often, and how much of, the source
	// is compiled to learn the types around the caret.
	maxPieces     = 64
	maxPieceBytes = 4 * MaxSource
	// completionSteps and completionMemory bound what those pieces may do when
	// they are evaluated on the data at hand.
	completionSteps  = 100_000
	completionMemory = 4 << 20
	// maxKeys bounds how many keys of one object are looked at.
	maxKeys = 5000
	// mergedItems is how many items of a list are looked at for their fields.
	mergedItems = 20
	// maxTemplateScan bounds how much of a template is read by the lexer.
	maxTemplateScan = 256 << 10
)

// Completion is what may be written where the caret stands.
type Completion struct {
	// From and To are the range of bytes in the source that a candidate replaces.
	From, To int
	// Items are the candidates, best first.
	Items []Candidate
	// Call is the function call that the caret stands in, or nil.
	Call *CallHelp
	// Outside is true where the caret is in the text of a template, not between
	// {{ and }}.
	Outside bool
}

// CandidateKind says what a candidate is.
type CandidateKind string

// The kinds of candidates.
const (
	CandidateName     CandidateKind = "name"
	CandidateStep     CandidateKind = "step"
	CandidateField    CandidateKind = "field"
	CandidateIndex    CandidateKind = "index"
	CandidateFunction CandidateKind = "function"
	CandidateOperator CandidateKind = "operator"
	CandidateKeyword  CandidateKind = "keyword"
	CandidateValue    CandidateKind = "value"
	CandidateTemplate CandidateKind = "template"
)

// Origin says how a field is known.
type Origin string

// The origins: a schema or another type says so, the data at hand have it, both.
const (
	OriginType Origin = "type"
	OriginData Origin = "data"
	OriginBoth Origin = "both"
)

// Candidate is one thing that may be written.
type Candidate struct {
	// Label is what a list shows.
	Label string
	// Insert replaces the source from From to Completion.To. From is the
	// completion's own, but for a key that is no name: that one replaces the dot
	// before the caret too.
	Insert string
	From   int
	// Caret is the byte in Insert where the caret goes.
	Caret int
	Kind  CandidateKind
	// Step is the ID of the step that is meant, for CandidateStep.
	Step string
	// Type is in words: "list of text", "number, optional".
	Type string
	// Help is a sentence, Example a value or a result; either may be empty.
	Help, Example string
	Origin        Origin
	// Refused candidates cannot be used here; Help says why. They come last.
	Refused bool

	rank rank
	// value is what Example is written from, once the candidate is kept.
	value any
}

// CallHelp is a call as it is being written.
type CallHelp struct {
	Name, Signature, Help string
	// Argument is the index of the value that the caret stands in, counting the
	// one that a pipe brings along.
	Argument int
}

// Complete says what may be written at a byte of a source, which need not be
// whole. Types come from the scope, and what the fields really are from the
// values; either may be nil. Any source and offset is answered, within bounds:
// at most MaxCandidates, and a bounded amount of work.
func Complete(source string, offset int, language Language, scope *Scope, values *Values) Completion {
	return complete(source, offset, language, scope, values, false)
}

func complete(source string, offset int, language Language, scope *Scope, values *Values, leaves bool) Completion {
	offset = max(0, min(offset, len(source)))
	for offset > 0 && offset < len(source) && !utf8.RuneStart(source[offset]) {
		offset--
	}
	nothing := Completion{From: offset, To: offset}
	if len(source) > MaxTemplate || !utf8.ValidString(source) {
		return nothing
	}
	from, to := 0, len(source)
	if language == LanguageTemplate {
		var inside bool
		if from, to, inside = expressionAt(source, offset); !inside {
			return outside(source, offset)
		}
	}
	if to-from > MaxSource {
		return nothing
	}
	q := newCompleter(source[from:offset], source[offset:to], scope, values)
	q.wholeLeaves = leaves
	c := q.complete()
	c.From += from
	c.To += from
	for i := range c.Items {
		c.Items[i].From += from
	}
	return c
}

// outside is the completion in the text of a template.
func outside(source string, offset int) Completion {
	from := offset
	if strings.HasSuffix(source[:offset], "{") {
		from--
	}
	return Completion{From: from, To: offset, Outside: true, Items: []Candidate{{
		Label: "{{ }}", Insert: "{{  }}", From: from, Caret: len("{{ "), Kind: CandidateTemplate,
		Help: "Text stands as it is. An expression stands between {{ and }}.", Example: "{{ trigger.body }}",
	}}}
}

// expressionAt finds the expression of a template around a byte. One that is
// not closed, or cannot be read, ends at the next braces or the end of its line.
func expressionAt(source string, offset int) (from, to int, inside bool) {
	scanned := 0
	for at := 0; ; {
		open := strings.Index(source[at:], "{{")
		if open < 0 || at+open+len("{{") > offset {
			return 0, 0, false
		}
		from = at + open + len("{{")
		length, whole := 0, false
		if scanned < maxTemplateScan {
			var fault *Fault
			if length, fault = expressionLength(source[from:]); fault == nil {
				whole = true
				scanned += length
			} else {
				scanned += min(len(source)-from, MaxSource)
			}
		}
		if whole {
			if offset <= from+length {
				return from, from + length, true
			}
			at = from + length + len("}}")
			continue
		}
		shut := strings.Index(source[from:offset], "}}")
		if shut < 0 {
			return from, offset + brokenEnd(source[offset:]), true
		}
		at = from + shut + len("}}")
	}
}

// brokenEnd is where what follows the caret stops to belong to its expression.
func brokenEnd(after string) int {
	end := len(after)
	for _, stop := range []string{"}}", "{{", "\n"} {
		if i := strings.Index(after, stop); i >= 0 {
			end = min(end, i)
		}
	}
	return min(end, MaxSource)
}
