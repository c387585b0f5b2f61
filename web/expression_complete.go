package web

import (
	"encoding/json"
	"net/http"

	"redial/engine/expression"
	"redial/web/reply"
)

// maxExpressionRequest bounds what is asked about one expression, in bytes.
const maxExpressionRequest = 64 << 10

// expressionRequest is a question about an expression as it is being written.
type expressionRequest struct {
	Language expression.Language `json:"language"`
	Source   string              `json:"source"`
	// Offset is where the caret stands, in bytes of UTF-8.
	Offset int `json:"offset"`
	// Path is the field's place in the step: "with.url".
	Path string `json:"path"`
	// Leaves is true where mostly one field of the data is chosen.
	Leaves bool `json:"leaves"`
}

// completionAnswer is what may be written. All places are in bytes of UTF-8.
type completionAnswer struct {
	From    int               `json:"from"`
	To      int               `json:"to"`
	Items   []candidateAnswer `json:"items"`
	Call    *callAnswer       `json:"call,omitempty"`
	Outside bool              `json:"outside,omitempty"`
}

type candidateAnswer struct {
	Label   string                   `json:"label"`
	Insert  string                   `json:"insert"`
	Kind    expression.CandidateKind `json:"kind"`
	Type    string                   `json:"type,omitempty"`
	Help    string                   `json:"help,omitempty"`
	Example string                   `json:"example,omitempty"`
	Origin  expression.Origin        `json:"origin,omitempty"`
	// From is there where it is another one than that of the completion.
	From *int `json:"from,omitempty"`
	// Caret is there where the caret does not go to the end.
	Caret   *int `json:"caret,omitempty"`
	Refused bool `json:"refused,omitempty"`
}

type callAnswer struct {
	Name      string `json:"name"`
	Signature string `json:"signature"`
	Help      string `json:"help"`
	Argument  int    `json:"argument"`
}

// completeExpression says what may be written where the caret stands.
func (s *Server) completeExpression(w http.ResponseWriter, r *http.Request) {
	asked, data, ok := s.askedExpression(w, r)
	if !ok {
		return
	}
	defer data.leave()
	values := data.values()
	var found expression.Completion
	switch {
	case asked.Language == languageJSON:
		found = data.completeJSON(asked.Source, asked.Offset, &values)
	case asked.Leaves && asked.Language == expression.LanguageExpression:
		found = expression.CompleteLeaf(asked.Source, asked.Offset, data.Scope, &values)
	default:
		found = expression.Complete(asked.Source, asked.Offset, asked.Language, data.Scope, &values)
	}
	answer := completionAnswer{From: found.From, To: found.To, Outside: found.Outside, Items: make([]candidateAnswer, len(found.Items))}
	for i := range found.Items {
		answer.Items[i] = data.candidate(&found.Items[i], found.From)
	}
	if call := found.Call; call != nil {
		answer.Call = &callAnswer{call.Name, call.Signature, call.Help, call.Argument}
	}
	data.leave()
	s.writePlain(w, r, answer)
}

func (d *draftData) candidate(c *expression.Candidate, from int) candidateAnswer {
	answer := candidateAnswer{
		Label: c.Label, Insert: c.Insert, Kind: c.Kind, Type: c.Type, Help: c.Help, Example: c.Example,
		Origin: c.Origin, Refused: c.Refused,
	}
	if c.From != from {
		answer.From = &c.From
	}
	if c.Caret != len(c.Insert) {
		answer.Caret = &c.Caret
	}
	if c.Kind == expression.CandidateStep && !c.Refused {
		answer.Help = joinWords(d.stepHelp(c.Step), c.Help)
	}
	return answer
}

// stepHelp says which step it is, and where its data are from.
func (d *draftData) stepHelp(id string) string {
	source := d.Sources["steps."+id]
	words := d.title(id)
	if about := source.about(); about != "" {
		words += ": " + about
	}
	return words + "."
}

func joinWords(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// askedExpression reads a question and the data of its step. It answers itself
// when there is none.
func (s *Server) askedExpression(w http.ResponseWriter, r *http.Request) (*expressionRequest, *draftData, bool) {
	body, ok := s.readAll(w, r, maxExpressionRequest)
	if !ok {
		return nil, nil, false
	}
	asked := &expressionRequest{Language: expression.LanguageExpression}
	if err := json.Unmarshal(body, asked); err != nil {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "The body has to be a JSON object with language, source and offset."})
		return nil, nil, false
	}
	switch asked.Language {
	case expression.LanguageTemplate, expression.LanguageExpression, expression.LanguageCondition, languageJSON:
	default:
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: "language is template, expression, condition or json."})
		return nil, nil, false
	}
	data, err := s.draftData(r.Context(), r.PathValue("slug"), r.PathValue("step"))
	if err != nil {
		s.Fail(w, r, "reading the data of a step", err)
		return nil, nil, false
	}
	return asked, data, true
}
