package web

import (
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/web/inspector"
	"redial/web/reply"
)

// evaluation is what an expression comes to. All places are in bytes of UTF-8.
type evaluation struct {
	// Value is there where there is one that is not too large to be sent.
	Value *any `json:"value,omitempty"`
	// Text is the value in a line, JSON the same over several, both bounded;
	// Cut says that some of it is left out.
	Text string `json:"text,omitempty"`
	JSON string `json:"json,omitempty"`
	Cut  bool   `json:"cut,omitempty"`
	// Type is the kind of the value, in words.
	Type string `json:"type,omitempty"`
	// Problem is why there is no value, and At where.
	Problem string    `json:"problem,omitempty"`
	At      *rangeOf  `json:"at,omitempty"`
	Why     string    `json:"why,omitempty"` // where null came from
	Faults  []faultAt `json:"faults"`

	Explanation *explained `json:"explanation,omitempty"`
	// Missing is true where something that is read has no data yet; there is a value
	// only if it is more than null then.
	Missing bool `json:"missing,omitempty"`
	// Data says on which data it was tried, DataText the same in words.
	Data     dataOrigin `json:"data"`
	DataText string     `json:"dataText"`
}

type rangeOf struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// faultAt is what is wrong before anything runs.
type faultAt struct {
	rangeOf
	Message  string        `json:"message"`
	Severity flow.Severity `json:"severity"`
	Code     string        `json:"code"`
	// Fix is a text that mends it in place of another.
	Fix *fix `json:"fix,omitempty"`
}

type fix struct {
	rangeOf
	Text string `json:"text"`
}

// explained is how a condition came to its result.
type explained struct {
	Text  string          `json:"text"`
	Parts []explainedPart `json:"parts"`
}

type explainedPart struct {
	rangeOf
	Source string `json:"source"`
	Value  any    `json:"value"` // of what is neither list nor object
	Text   string `json:"text"`
	Note   string `json:"note,omitempty"`
}

// Bounds of what an evaluation shows.
const (
	shownText  = 300 // bytes of a value in a line
	shownValue = 8 << 10
	shownParts = 40
	shownFixes = 5
)

// evaluateExpression says what an expression comes to with the data at hand.
func (s *Server) evaluateExpression(w http.ResponseWriter, r *http.Request) {
	asked, data, ok := s.askedExpression(w, r)
	if !ok {
		return
	}
	defer data.leave()
	answer := data.evaluate(asked)
	data.leave()
	s.writePlain(w, r, answer)
}

// tried is a compiled expression or template.
type tried struct {
	evaluate func(*expression.Values) (any, error)
	// single is the expression, unless it is one of several in a template.
	single *expression.Program
	offset int
	typ    *expression.Type
	reads  []expression.Reference
}

func (d *draftData) evaluate(asked *expressionRequest) *evaluation {
	e := &evaluation{Faults: []faultAt{}, Data: fromNowhere}
	compiled, faults := d.compile(asked)
	e.Faults = d.faults(asked, faults)
	if compiled == nil {
		return e
	}
	e.Faults = append(e.Faults, d.alone(asked, compiled)...)
	paths := make([][]string, 0, len(compiled.reads))
	for _, ref := range compiled.reads {
		paths = append(paths, ref.Path)
	}
	e.Data, e.DataText, e.Missing = d.madeWith(paths)
	values := d.values()
	value, err := compiled.evaluate(&values)
	unknown := e.Missing && (err != nil || value == nil || asked.Language == expression.LanguageCondition)
	switch {
	case unknown: // what it comes to without them is not what it will come to
		return e
	case err != nil:
		e.fail(err)
	default:
		e.show(value)
	}
	if compiled.single != nil && (asked.Language == expression.LanguageCondition || value == nil && err == nil) {
		e.explain(compiled, asked, d.values())
	}
	return e
}

// compile compiles a source as its field will be.
func (d *draftData) compile(asked *expressionRequest) (*tried, []expression.Fault) {
	switch asked.Language {
	case expression.LanguageTemplate:
		return d.compileTemplate(asked)
	case languageJSON:
		return d.compileJSON(asked.Source)
	case expression.LanguageCondition:
		p, faults := expression.CompileCondition(asked.Source, d.Scope)
		if p == nil {
			return nil, faults
		}
		return &tried{single: p, typ: p.Type(), reads: p.Reads(), evaluate: func(v *expression.Values) (any, error) {
			return p.Boolean(v)
		}}, faults
	default:
		p, faults := expression.Compile(asked.Source, d.Scope)
		if p == nil {
			return nil, faults
		}
		return &tried{single: p, typ: p.Type(), reads: p.Reads(), evaluate: p.Eval}, faults
	}
}

func (d *draftData) compileTemplate(asked *expressionRequest) (*tried, []expression.Fault) {
	kind := expression.TextTemplate
	if asked.Path == "with.url" {
		if found := findStep(&d.Flow.Body, d.Step); found != nil && found.Uses == "http" {
			kind = expression.URLTemplate
		}
	}
	t, faults := expression.CompileTemplate(asked.Source, d.Scope, kind)
	if t == nil {
		return nil, faults
	}
	made := &tried{typ: t.Type(), reads: t.Reads(), evaluate: t.Eval}
	programs, offsets := t.Programs()
	if len(programs) == 1 && strings.TrimSpace(asked.Source[:offsets[0]]) == "{{" && kind == expression.TextTemplate {
		made.single, made.offset = programs[0], offsets[0]
	}
	return made, faults
}

func (e *evaluation) fail(err error) {
	e.Problem = reply.Sentence(err.Error())
	var failed *expression.Error
	if errors.As(err, &failed) {
		e.Problem = reply.Sentence(failed.Message)
		if failed.End > failed.Offset && failed.Offset >= 0 {
			e.At = &rangeOf{failed.Offset, failed.End}
		}
	}
}

// show writes the value.
func (e *evaluation) show(value any) {
	e.Type = expression.TypeOf(value).Kind.String()
	e.Text = valueLine(value)
	if e.Cut = !fitsIn(value, shownValue); e.Cut {
		e.JSON = inspector.Pretty(trimmed(value))
		return
	}
	e.Value, e.JSON = &value, inspector.Pretty(value)
}

// valueLine is a value in a line, bounded: a text as it is, anything else as
// JSON.
func valueLine(value any) string {
	if text, ok := value.(string); ok {
		return cutText(text, shownText)
	}
	encoded, err := flow.EncodeJSON(trimmed(value))
	if err != nil {
		return ""
	}
	return cutText(string(encoded), shownText)
}

// cutText bounds a text without cutting a character in two.
func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}

// trimmed is a value with the first items and fields only, for people to get an
// idea of it.
func trimmed(value any) any {
	left := 200
	var trim func(value any, depth int) any
	trim = func(value any, depth int) any {
		left--
		switch v := value.(type) {
		case string:
			if depth == 0 {
				return cutText(v, shownValue)
			}
			return cutText(v, shownText)
		case []any:
			list := []any{}
			for _, item := range v {
				if left <= 0 || depth > maxTrimDepth {
					return append(list, "…")
				}
				list = append(list, trim(item, depth+1))
			}
			return list
		case map[string]any:
			object := make(map[string]any, min(len(v), left+1))
			for _, name := range firstNames(v, max(0, left)) {
				if left <= 0 || depth > maxTrimDepth {
					break
				}
				object[name] = trim(v[name], depth+1)
			}
			if len(object) < len(v) {
				object["…"] = nil
			}
			return object
		default:
			return v
		}
	}
	return trim(value, 0)
}

const maxTrimDepth = 20

// explain tells how a condition came to its result, and where null came from.
func (e *evaluation) explain(compiled *tried, asked *expressionRequest, values expression.Values) {
	explanation := compiled.single.Explain(&values)
	for _, part := range explanation.Parts {
		if e.Why == "" && part.Value == nil && part.Note != "" {
			e.Why = reply.Sentence(part.Note)
		}
	}
	if asked.Language != expression.LanguageCondition {
		return
	}
	e.Explanation = &explained{Text: explanation.Text, Parts: []explainedPart{}}
	for _, part := range explanation.Parts[:min(len(explanation.Parts), shownParts)] {
		shown := explainedPart{
			rangeOf: rangeOf{part.Start + compiled.offset, part.End + compiled.offset},
			Source:  cutText(part.Source, shownText), Text: valueLine(part.Value), Note: reply.Sentence(part.Note),
		}
		switch v := part.Value.(type) {
		case bool, int64, float64:
			shown.Value = v
		case string:
			shown.Value = cutText(v, shownText)
		}
		e.Explanation.Parts = append(e.Explanation.Parts, shown)
	}
}

// meant finds what a message offers instead.
var meant = regexp.MustCompile(`did you mean ([^\s?]+) ?\?`)

// faults are the faults of a source, with what mends them where that is known.
func (d *draftData) faults(asked *expressionRequest, faults []expression.Fault) []faultAt {
	list := make([]faultAt, 0, len(faults))
	fixes := 0
	for _, f := range faults {
		shown := faultAt{
			rangeOf: rangeOf{max(0, f.Start), max(0, f.End)}, Message: reply.Sentence(f.Message), Severity: flow.SeverityError, Code: f.Code,
		}
		if f.Warning {
			shown.Severity = flow.SeverityWarning
		}
		if offered := meant.FindStringSubmatch(f.Message); offered != nil && fixes < shownFixes {
			fixes++
			shown.Fix = d.mended(asked, f, offered[1], len(faults))
		}
		list = append(list, shown)
	}
	return list
}

// mended is the change that makes what is offered of what is wrong; nil if the
// source would be no better with it.
func (d *draftData) mended(asked *expressionRequest, f expression.Fault, offered string, before int) *fix {
	if f.Start < 0 || f.End > len(asked.Source) || f.Start >= f.End {
		return nil
	}
	wrong := asked.Source[f.Start:f.End]
	start := f.Start
	switch f.Code {
	case expression.FaultUnknownStep:
		start = f.End - len(lastName(wrong))
	case expression.FaultUnknownField:
		if !strings.HasPrefix(offered, ".") {
			start = f.End - len(lastName(wrong))
		}
	case expression.FaultFunction:
		offered, _, _ = strings.Cut(offered, "(")
	}
	if asked.Language == languageJSON {
		offered = jsonEscaped(offered)
	}
	mended := *asked
	mended.Source = asked.Source[:start] + offered + asked.Source[f.End:]
	_, faults := d.compile(&mended)
	for _, left := range faults {
		if left.Start <= start && left.End >= start && left.Code == f.Code {
			return nil
		}
	}
	if len(faults) > before {
		return nil
	}
	return &fix{rangeOf{start, f.End}, offered}
}

// lastName is the name at the end of a piece of source.
func lastName(source string) string {
	at := strings.LastIndexFunc(source, func(r rune) bool {
		return r != '_' && r != '$' && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9') && r < utf8.RuneSelf
	})
	return source[at+1:]
}

// firstNames are the first names of an object in order, at most so many.
func firstNames(object map[string]any, most int) []string {
	names := slices.Sorted(maps.Keys(object))
	return names[:min(len(names), most)]
}
