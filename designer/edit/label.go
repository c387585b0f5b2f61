package edit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"redial/engine/flow"
)

// maxTitle bounds how much of a name stands in a label or a sentence.
const maxTitle = 60

// title is what people call a step, as step.Library.Title says: what its card
// shows.
func (e *editor) title(id string) string {
	if id == flow.TriggerID {
		return "the trigger"
	}
	_, step, _ := e.find(id)
	return e.titleOf(id, step)
}

func (e *editor) titleOf(id string, object flow.Object) string {
	if name := oneLine(object.Text("name")); name != "" {
		return cut(name)
	}
	if kind := e.kind(object.Text("uses")); kind != nil {
		return cut(kind.TitleOf(&flow.Step{ID: id}))
	}
	return cut(id)
}

// oneLine is text without line breaks and what nobody can see.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(c rune) bool {
		return unicode.IsSpace(c) || !unicode.IsPrint(c)
	}), " ")
}

func cut(text string) string {
	count := 0
	for i := range text {
		if count++; count > maxTitle {
			return text[:i] + "…"
		}
	}
	return text
}

// upper begins a sentence.
func upper(text string) string {
	first, width := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[width:]
}

// opening is a title that begins a sentence. Names and IDs stay as they are.
func opening(title string) string {
	if rest, found := strings.CutPrefix(title, "the trigger"); found {
		return "The trigger" + rest
	}
	return title
}

// sentence begins with a capital, unless it begins with a name, and ends
// without a full stop.
func sentence(text string) string {
	word, _, _ := strings.Cut(text, " ")
	if strings.ContainsAny(word, "_.:\"") {
		return text
	}
	return upper(text)
}

// labelOf is what an edit is called that consists of these operations.
func labelOf(operations []Operation, labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	rest := 0
	for _, label := range labels[1:] {
		if label != labels[0] {
			rest++
		}
	}
	switch operations[0].(type) {
	case *Add, *Paste, *Duplicate, *Replace, *Load:
		return labels[0] // the others complete it
	}
	if rest == 0 {
		return labels[0]
	}
	return labels[0] + " and " + counted(rest, "more change", "more changes")
}

// these is one step by its title, or a number of them.
func (e *editor) these(ids []string) string {
	if len(ids) == 1 {
		return e.title(ids[0])
	}
	return counted(len(ids), "step", "steps")
}

// fieldLabel is how a label calls a field of a step: "SKU of Check inventory".
func (e *editor) fieldLabel(id string, path []segment) string {
	if id == "" {
		return flowField(path)
	}
	return e.stepField(id, path) + " of " + e.title(id)
}

func flowField(path []segment) string {
	switch path[0].name {
	case "config":
		if len(path) > 1 {
			return "config " + cut(oneLine(path[1].name))
		}
	case "callback":
		if len(path) > 1 {
			return "callback " + cut(oneLine(path[1].name))
		}
	case "on_deadline", "on_disconnect", "callers_choose":
		return strings.ReplaceAll(path[0].name, "_", " ")
	}
	return cut(oneLine(path[0].name)) + " of the flow"
}

func (e *editor) stepField(id string, path []segment) string {
	name := path[0].name
	switch {
	case name == "with" && len(path) > 1:
		_, object, _ := e.find(id)
		if kind := e.kind(object.Text("uses")); kind != nil {
			for i := range kind.Fields {
				if kind.Fields[i].Name == path[1].name {
					return kind.Fields[i].Label()
				}
			}
		}
		return cut(oneLine(path[1].name))
	case name == "with":
		return "all fields"
	case name == "retry":
		return "retries"
	case name == "on_error":
		return "error handling"
	}
	return strings.ReplaceAll(cut(oneLine(name)), "_", " ")
}
