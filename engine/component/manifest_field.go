package component

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"redial/engine/expression"
	"redial/engine/flow"
)

// property is a field with its schema compiled.
type property struct {
	field    *Field
	schema   map[string]any
	validate *validator
}

// readFields reads the fields of an action or a connection.
func readFields(n node) ([]Field, []property) {
	fields := readFieldList(n)
	properties := make([]property, len(fields))
	for i := range fields {
		schema, _ := fields[i].Schema.(map[string]any)
		validate, err := newValidator(schema)
		if err != nil {
			n.invalid("%s.%s has no valid schema: %s", n.what(), fields[i].Name, err)
		}
		properties[i] = property{field: &fields[i], schema: schema, validate: validate}
		if fields[i].Default != nil && validate != nil {
			if _, finding := conform(&properties[i], fields[i].Default); finding != nil {
				n.invalid("the default of %s.%s does not fit: %s", n.what(), fields[i].Name, finding.Message)
			}
		}
	}
	return fields, properties
}

func readFieldList(n node) []Field {
	entries := n.entries()
	if len(entries) > maxFields {
		n.problem(flow.CodeLimit, "%s lists more than %d fields", n.what(), maxFields)
		return nil
	}
	fields := make([]Field, 0, len(entries))
	for _, e := range entries {
		if !fieldPattern.MatchString(e.name) {
			e.key.invalid("a field's name is made of small letters, digits and underscores, not %q", shorten(e.name))
		}
		fields = append(fields, readField(e))
	}
	return fields
}

// schemaKeys are the keys of a field that pass into its JSON Schema as they are.
var schemaKeys = []string{
	"type", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
	"minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
}

func readField(e entry) Field {
	field := Field{Name: e.name}
	schema := map[string]any{}
	open := false
	known := keys{
		"title":        func(n node) { field.Title = n.filled(); schema["title"] = field.Title },
		"help":         func(n node) { field.Help = n.text(); schema["description"] = field.Help },
		"kind":         func(n node) { field.Kind = Kind(n.word(kindWords()...)) },
		"required":     func(n node) { field.Required = n.boolean() },
		"secret":       func(n node) { field.Secret = n.boolean() },
		"multiline":    func(n node) { field.Multiline = n.boolean() },
		"advanced":     func(n node) { field.Advanced = n.boolean() },
		"default":      func(n node) { field.Default = n.plain(); schema["default"] = field.Default },
		"example":      func(n node) { field.Example = n.plain(); schema["examples"] = []any{field.Example} },
		"choices":      func(n node) { field.Choices = readChoices(n); schema["enum"] = choiceValues(field.Choices) },
		"choices_from": func(n node) { field.ChoicesFrom = readChoiceSource(n) },
		"items":        func(n node) { schema["items"] = readItems(n, &field) },
		"for":          func(n node) { field.For = readCondition(n) },
		"properties":   func(n node) { field.Fields = readFieldList(n); refuseConditions(n, field.Fields) },
		"values":       func(n node) { schema["additionalProperties"] = readItems(n, nil) },
		"open":         func(n node) { open = n.boolean() },
	}
	for _, key := range schemaKeys {
		known[key] = func(n node) { schema[key] = n.plain() }
	}
	e.object(known)
	if fieldType, found := schema["type"].(string); found && !slices.Contains(fieldTypes, fieldType) {
		e.invalid("the type of %s must be one of string, number, integer, boolean, array, object", e.what())
	}
	if schema["type"] == "object" && len(field.Fields) > 0 {
		describeMembers(schema, field.Fields, open)
	}
	field.Schema = schema
	if field.Kind == "" {
		field.Kind = kindOf(&field, schema)
	}
	return field
}

// readCondition reads the one field that another belongs to, with a value or a
// list of them.
func readCondition(n node) *Condition {
	entries := n.entries()
	if len(entries) != 1 {
		n.invalid("%s names one other field and its value, such as {scheme: bearer}", n.what())
		return nil
	}
	values, several := entries[0].plain().([]any)
	if !several {
		values = []any{entries[0].plain()}
	}
	condition := &Condition{Field: entries[0].name}
	for _, value := range values {
		text, ok := value.(string)
		if !ok {
			n.invalid("%s takes texts, not %s", n.what(), describe(value))
		}
		condition.Values = append(condition.Values, text)
	}
	return condition
}

// checkConditions finds fields that belong to a choice which there is not.
func checkConditions(n node, fields []Field) {
	for i := range fields {
		condition := fields[i].For
		if condition == nil {
			continue
		}
		at := slices.IndexFunc(fields, func(f Field) bool { return f.Name == condition.Field && f.For == nil })
		if at < 0 {
			n.invalid("%s is for the field %s, which is not there or belongs to another one itself", fields[i].Name, shorten(condition.Field))
			continue
		}
		for _, value := range condition.Values {
			if !slices.Contains(choiceValues(fields[at].Choices), any(value)) {
				n.invalid("%s is for %s of %s, which is none of its choices", fields[i].Name, shorten(value), condition.Field)
			}
		}
	}
}

// refuseConditions finds fields with `for` where it has no effect.
func refuseConditions(n node, fields []Field) {
	for i := range fields {
		if fields[i].For != nil {
			n.invalid("%s has the key for, which only fields of a connection can have", fields[i].Name)
		}
	}
}

var fieldTypes = []string{"string", "number", "integer", "boolean", "array", "object"}

// describeMembers gives an object's schema the members that its fields name.
func describeMembers(schema map[string]any, fields []Field, open bool) {
	properties, required := map[string]any{}, []any{}
	for i := range fields {
		properties[fields[i].Name] = fields[i].Schema
		if fields[i].Required {
			required = append(required, fields[i].Name)
		}
	}
	schema["type"], schema["properties"] = "object", properties
	if len(required) > 0 {
		schema["required"] = required
	}
	if !open {
		schema["additionalProperties"] = false
	}
}

// readItems reads what the elements of a list or the values of a map are. The
// members of objects in a list become fields of the list's own field.
func readItems(n node, parent *Field) any {
	element := readField(entry{name: "item", key: n, node: n})
	if parent != nil {
		parent.Fields = element.Fields
		if len(parent.Choices) == 0 {
			parent.Choices = element.Choices
		}
		if parent.ChoicesFrom == nil {
			parent.ChoicesFrom = element.ChoicesFrom
		}
	}
	return element.Schema
}

func readChoices(n node) []Choice {
	var choices []Choice
	for _, element := range n.list() {
		if element.Kind != yaml.MappingNode {
			value := element.plain()
			choices = append(choices, Choice{Value: value, Title: plainText(value)})
			continue
		}
		var choice Choice
		element.object(keys{
			"value": func(n node) { choice.Value = n.plain() },
			"title": func(n node) { choice.Title = n.filled() },
		}, "value", "title")
		choices = append(choices, choice)
	}
	return choices
}

func choiceValues(choices []Choice) []any {
	values := make([]any, len(choices))
	for i := range choices {
		values[i] = choices[i].Value
	}
	return values
}

func kindWords() []string {
	words := make([]string, len(kinds))
	for i := range kinds {
		words[i] = string(kinds[i])
	}
	return words
}

// kindOf is how a field is edited unless its manifest says so.
func kindOf(field *Field, schema map[string]any) Kind {
	format, _ := schema["format"].(string)
	switch {
	case field.Secret:
		return KindSecret
	case len(field.Choices) > 0 && schema["type"] != "array":
		return KindChoice
	}
	switch schema["type"] {
	case "string":
		if kind, found := kindOfFormat[format]; found {
			return kind
		}
		return KindText
	case "integer":
		return KindInteger
	case "number":
		return KindNumber
	case "boolean":
		return KindBoolean
	case "array":
		return KindList
	case "object":
		if len(field.Fields) > 0 {
			return KindObject
		}
		return KindMap
	default:
		return KindJSON
	}
}

var kindOfFormat = map[string]Kind{
	"uri": KindURL, "date": KindDate, "date-time": KindDateTime, "email": KindEmail, "duration": KindDuration,
}

// typeOf is the type of an object with these fields, for the expressions of the
// manifest. Fields that have neither a value nor a default are null.
func typeOf(properties []property) *expression.Type {
	fields := make(map[string]*expression.Type, len(properties))
	for i := range properties {
		t := *expression.TypeFromSchema(properties[i].schema)
		t.Nullable = (!properties[i].field.Required || properties[i].field.For != nil) && properties[i].field.Default == nil
		fields[properties[i].field.Name] = &t
	}
	return &expression.Type{Kind: expression.Object, Fields: fields}
}
