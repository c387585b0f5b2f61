package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/web/reply"
	"redial/web/ui"
)

// componentList is the catalogue, with one component chosen perhaps.
type componentList struct {
	Components []*component.Component
	// Shown is the component whose detail is on the page; nil if there is none.
	Shown *component.Component
	// Chosen says that the address names it. Narrow screens show either the list
	// or what was chosen.
	Chosen  bool
	Builtin map[string]bool // by name
}

// componentsPage shows the catalogue.
func (s *Server) componentsPage(w http.ResponseWriter, r *http.Request) {
	workshop, err := s.workshop.get(r.Context())
	if err != nil {
		s.pageFault(w, r, "reading components", err)
		return
	}
	catalogue := workshop.Library.Catalogue()
	list := &componentList{Components: catalogue.Components(), Builtin: map[string]bool{}}
	for _, c := range s.workshop.base.Catalogue().Components() {
		list.Builtin[c.Name] = true
	}
	if name := r.PathValue("name"); name != "" {
		if list.Shown, err = catalogue.Component(name); err != nil {
			s.faultPage(w, r, http.StatusNotFound, "No such component", reply.Sentence(err.Error()))
			return
		}
		list.Chosen = true
	} else if len(list.Components) > 0 {
		list.Shown = list.Components[0]
	}
	if fragment(r) {
		s.Render(w, r, http.StatusOK, componentDetail(list))
		return
	}
	s.Render(w, r, http.StatusOK, componentsView(list))
}

// maxSearchWords bounds what a component is found by, in characters.
const maxSearchWords = 2000

// searchWords are what a component is found by.
func searchWords(c *component.Component) string {
	words := []string{c.Title, c.Name, c.Help}
	for _, a := range c.Actions {
		words = append(words, a.Title, a.Name)
	}
	return ui.Shortened(strings.ToLower(strings.Join(words, " ")), maxSearchWords)
}

// effectWords say what an effect means for whoever builds a flow.
func effectWords(effect component.Effect) (title, meaning string) {
	switch effect {
	case component.Safe:
		return "Safe to repeat", "Doing it twice changes no more than doing it once. After a failure or a restart it is simply done again."
	case component.Keyed:
		return "Repeats are recognised", "Every call carries an idempotency key, and the service answers a repeat with what it did the first time."
	case component.Lookup:
		return "Asks before repeating", "Before a repeat the service is asked whether the earlier attempt had its effect. If so, that is taken as the result."
	case component.Unsafe:
		return "Not repeated by itself", "A repeat may do it twice. If a call is cut off before its answer, the execution stops and a person decides."
	default:
		return string(effect), ""
	}
}

// kindWords name a kind of field.
func kindWords(kind component.Kind) string {
	switch kind {
	case component.KindJSON:
		return "any value"
	case component.KindInteger:
		return "whole number"
	case component.KindBoolean:
		return "true or false"
	case component.KindChoice:
		return "one of"
	case component.KindMap:
		return "names with values"
	case component.KindTemplate:
		return "long text"
	case component.KindURL:
		return "address (URL)"
	case component.KindDateTime:
		return "date and time"
	case component.KindFile:
		return "file"
	case component.KindText, component.KindNumber, component.KindList, component.KindObject, component.KindSecret,
		component.KindConnection, component.KindCondition, component.KindExpression, component.KindPaths,
		component.KindFlow, component.KindDuration, component.KindDate, component.KindEmail, component.KindQuery:
	}
	return string(kind)
}

// choiceWords are what a field offers, at most so many that a table bears them.
func choiceWords(choices []component.Choice) string {
	const most = 12
	words := make([]string, 0, most)
	for i, c := range choices {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(choices)-most))
			break
		}
		words = append(words, plainValue(c.Value))
	}
	return strings.Join(words, ", ")
}

// plainValue is a value in one line: a text as it is, all else as JSON.
func plainValue(value any) string {
	if text, ok := value.(string); ok {
		return ui.Shortened(text, 200)
	}
	encoded, err := flow.EncodeJSON(value)
	if err != nil {
		return ""
	}
	return ui.Shortened(string(encoded), 200)
}

// maxShownJSON bounds a value that is shown in full, in bytes.
const maxShownJSON = 20_000

// readableJSON is a value over several lines.
func readableJSON(value any) string {
	encoded, err := flow.EncodeJSON(value)
	if err != nil {
		return ""
	}
	var out bytes.Buffer
	if err := json.Indent(&out, encoded, "", "  "); err != nil {
		return string(encoded)
	}
	return ui.Shortened(out.String(), maxShownJSON)
}

// wireRequest is what goes over the wire, as one reads it in a log.
func wireRequest(r component.ExampleRequest) string {
	var out strings.Builder
	out.WriteString(r.Method + " " + r.Path)
	separator := "?"
	for _, name := range sortedKeys(r.Query) {
		out.WriteString(separator + name + "=" + plainValue(r.Query[name]))
		separator = "&"
	}
	writeHeaders(&out, r.Headers)
	writeBody(&out, r.Body)
	return out.String()
}

// wireReply is what the service answers.
func wireReply(r component.ExampleReply) string {
	var out strings.Builder
	out.WriteString(strings.TrimSpace(strconv.Itoa(r.Status) + " " + http.StatusText(r.Status)))
	writeHeaders(&out, r.Headers)
	writeBody(&out, r.Body)
	return out.String()
}

func writeHeaders(out *strings.Builder, headers map[string]any) {
	for _, name := range sortedKeys(headers) {
		out.WriteString("\n" + name + ": " + plainValue(headers[name]))
	}
}

func writeBody(out *strings.Builder, body any) {
	switch b := body.(type) {
	case nil:
	case string:
		out.WriteString("\n\n" + ui.Shortened(b, maxShownJSON))
	default:
		out.WriteString("\n\n" + readableJSON(b))
	}
}

func sortedKeys(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	return sortedTexts(names)
}
