package edit

import (
	"errors"
	"fmt"

	"redial/engine/flow"
)

// Limits of one edit.
const (
	MaxOperations = 1000
	// MaxBytes is the longest JSON of an edit: a whole flow file may be in it.
	MaxBytes = 2 * flow.MaxFileBytes
	// maxCoordinate bounds where a card may stand, in canvas pixels.
	maxCoordinate = 100_000
	// maxName is the longest ID, port, name of a connection or kind of step.
	maxName = 200
)

// Decode reads the operations of one edit, a JSON list. The error is a sentence.
func Decode(data []byte) ([]Operation, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the edit has %d bytes; at most %d are possible", len(data), MaxBytes)
	}
	value, err := readJSON(data, flow.MaxNesting+4)
	if err != nil {
		return nil, fmt.Errorf("the operations cannot be read: %w", err)
	}
	list, isList := value.([]any)
	if !isList {
		return nil, errors.New(`the operations are a list such as [{"op": "remove", "steps": ["a"]}]`)
	}
	if len(list) > MaxOperations {
		return nil, fmt.Errorf("the edit has %d operations; at most %d are possible", len(list), MaxOperations)
	}
	operations := make([]Operation, len(list))
	for i, item := range list {
		fields, isObject := item.(flow.Object)
		if !isObject {
			return nil, fmt.Errorf("operation %d is no object", i+1)
		}
		if operations[i], err = decode(fields); err != nil {
			return nil, fmt.Errorf("operation %d: %w", i+1, err)
		}
	}
	return operations, nil
}

// decoders read the fields of each kind of operation.
var decoders = map[string]func(*fields) Operation{
	"add": func(f *fields) Operation {
		return &Add{
			Uses: f.required("uses", maxName), ID: f.text("id", maxName), Name: f.text("name", flow.MaxFileBytes),
			Connection: f.text("connection", maxName), With: f.nested("with"), At: f.position("at"), In: f.text("in", maxName),
			After: f.port("after"), Into: f.edge("into"), Before: f.text("before", maxName),
		}
	},
	"remove": func(f *fields) Operation { return &Remove{Steps: f.names("steps"), Heal: f.boolean("heal")} },
	"connect": func(f *fields) Operation {
		return &Connect{f.ends()}
	},
	"disconnect": func(f *fields) Operation { return &Disconnect{f.ends()} },
	"reconnect": func(f *fields) Operation {
		return &Reconnect{f.ends(), f.optional("newFrom"), f.optional("newPort"), f.optional("newTo")}
	},
	"move": func(f *fields) Operation {
		return &Move{Steps: f.places("steps"), In: f.optional("in"), Into: f.edge("into")}
	},
	"set": func(f *fields) Operation {
		return &Set{Step: f.text("step", maxName), Path: f.required("path", maxPath), Value: f.value("value")}
	},
	"unset": func(f *fields) Operation {
		return &Unset{Step: f.text("step", maxName), Path: f.required("path", maxPath)}
	},
	"insert": func(f *fields) Operation {
		return &Insert{Step: f.text("step", maxName), Path: f.required("path", maxPath), Index: f.index("index"), Value: f.value("value")}
	},
	"shift": func(f *fields) Operation {
		return &Shift{Step: f.text("step", maxName), Path: f.required("path", maxPath), From: f.index("from"), To: f.index("to")}
	},
	"rename": func(f *fields) Operation {
		return &Rename{Step: f.required("step", maxName), ID: f.required("id", maxName)}
	},
	"rename_path": func(f *fields) Operation {
		return &RenamePath{Step: f.required("step", maxName), Path: f.required("path", maxName), Name: f.required("name", maxName)}
	},
	"replace": func(f *fields) Operation {
		return &Replace{Step: f.required("step", maxName), Uses: f.required("uses", maxName)}
	},
	"duplicate": func(f *fields) Operation { return &Duplicate{Steps: f.names("steps")} },
	"paste": func(f *fields) Operation {
		return &Paste{Text: f.required("text", flow.MaxFileBytes), In: f.text("in", maxName), At: f.position("at"), After: f.text("after", maxName)}
	},
	"tidy": func(f *fields) Operation {
		if !f.has("steps") {
			return &Tidy{}
		}
		return &Tidy{Steps: f.names("steps")}
	},
	"load": func(f *fields) Operation { return &Load{Text: f.required("text", flow.MaxFileBytes)} },
}

func decode(object flow.Object) (Operation, error) {
	f := &fields{object: object, known: map[string]bool{}}
	op := f.required("op", maxName)
	if f.err != nil {
		return nil, f.err
	}
	read := decoders[op]
	if read == nil {
		return nil, fmt.Errorf("there is no operation %q", shorten(op))
	}
	operation := read(f)
	for _, field := range object {
		if !f.known[field.Name] {
			f.fail("%s has no field %q", op, shorten(field.Name))
		}
	}
	return operation, f.err
}

// fields reads the fields of an operation. The first fault is kept.
type fields struct {
	object flow.Object
	known  map[string]bool
	err    error
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

func (f *fields) get(name string) (any, bool) {
	f.known[name] = true
	return f.object.Get(name)
}

func (f *fields) has(name string) bool {
	value, found := f.get(name)
	return found && value != nil
}

func (f *fields) text(name string, limit int) string {
	if !f.has(name) {
		return ""
	}
	value, _ := f.get(name)
	return f.asText(name, value, limit)
}

func (f *fields) asText(name string, value any, limit int) string {
	text, isText := value.(string)
	switch {
	case !isText:
		f.fail("%s has to be text", name)
	case len(text) > limit:
		f.fail("%s has %d bytes; at most %d are possible", name, len(text), limit)
	}
	return text
}

func (f *fields) required(name string, limit int) string {
	text := f.text(name, limit)
	if text == "" {
		f.fail("%s is missing", name)
	}
	return text
}

func (f *fields) optional(name string) *string {
	if !f.has(name) {
		return nil
	}
	text := f.text(name, maxName)
	return &text
}

func (f *fields) boolean(name string) bool {
	if !f.has(name) {
		return false
	}
	value, _ := f.get(name)
	yes, isBoolean := value.(bool)
	if !isBoolean {
		f.fail("%s has to be true or false", name)
	}
	return yes
}

func (f *fields) value(name string) any {
	value, found := f.get(name)
	if !found {
		f.fail("%s is missing", name)
	}
	return value
}

func (f *fields) nested(name string) flow.Object {
	if !f.has(name) {
		return nil
	}
	value, _ := f.get(name)
	object, isObject := value.(flow.Object)
	if !isObject {
		f.fail("%s has to be an object", name)
	}
	return object
}

func (f *fields) index(name string) int {
	value, _ := f.get(name)
	index, isInteger := value.(int64)
	if !isInteger || index < 0 || index > flow.MaxFileBytes {
		f.fail("%s has to be a whole number from 0 on", name)
		return 0
	}
	return int(index)
}

func (f *fields) names(name string) []string {
	value, _ := f.get(name)
	list, isList := value.([]any)
	if !isList || len(list) == 0 {
		f.fail("%s has to be a list of step IDs", name)
	}
	if len(list) > flow.MaxSteps {
		f.fail("%s names %d steps; at most %d are possible", name, len(list), flow.MaxSteps)
		return nil
	}
	names := make([]string, len(list))
	for i, item := range list {
		names[i] = f.asText(name, item, maxName)
	}
	return names
}

// inner reads the fields of an object within the operation.
func (f *fields) inner(name string, read func(*fields)) {
	within := &fields{object: f.nested(name), known: map[string]bool{}}
	read(within)
	for _, field := range within.object {
		if !within.known[field.Name] {
			within.fail("there is no field %q", shorten(field.Name))
		}
	}
	if within.err != nil {
		f.fail("%s: %w", name, within.err)
	}
}

func (f *fields) port(name string) *Port {
	if !f.has(name) {
		return nil
	}
	var port Port
	f.inner(name, func(p *fields) { port = Port{Step: p.required("step", maxName), Port: p.text("port", maxName)} })
	return &port
}

func (f *fields) edge(name string) *flow.Edge {
	if !f.has(name) {
		return nil
	}
	var edge flow.Edge
	f.inner(name, func(e *fields) { edge = e.ends() })
	return &edge
}

func (f *fields) ends() flow.Edge {
	return flow.Edge{From: f.required("from", maxName), Port: f.text("port", maxName), To: f.required("to", maxName)}
}

func (f *fields) position(name string) *flow.Position {
	if !f.has(name) {
		return nil
	}
	value, _ := f.get(name)
	at := f.asPosition(name, value)
	return &at
}

func (f *fields) asPosition(name string, value any) flow.Position {
	pair, _ := value.([]any)
	if len(pair) != 2 {
		f.fail("%s has to be two numbers, [x, y]", name)
		return flow.Position{}
	}
	return flow.Position{X: f.coordinate(name, pair[0]), Y: f.coordinate(name, pair[1])}
}

func (f *fields) coordinate(name string, value any) float64 {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	f.fail("%s has to be two numbers, [x, y]", name)
	return 0
}

func (f *fields) places(name string) []Placed {
	object := f.nested(name)
	if len(object) == 0 {
		f.fail("%s has to say where steps go, {id: [x, y]}", name)
	}
	places := make([]Placed, len(object))
	for i, field := range object {
		places[i] = Placed{Step: field.Name, At: f.asPosition(name+"."+shorten(field.Name), field.Value)}
	}
	return places
}
