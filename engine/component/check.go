package component

import (
	"fmt"
	"strings"

	"redial/engine/flow"
)

// Finding is one thing that is wrong with the value of a field.
type Finding struct {
	// Field is where: a field's name, or a path into its value such as
	// "lines[0].amount".
	Field   string
	Message string
	// Code is one of the problem codes of package flow.
	Code string
	// Alternatives are the fields of which at least one must be filled, if that is
	// what is wrong: Field is the first of them then, and Message names them all.
	Alternatives []string
}

// String says what is wrong and where: "sku: a value is required".
func (f *Finding) String() string {
	if len(f.Alternatives) > 0 {
		return f.Message
	}
	return f.Field + ": " + f.Message
}

// Check says what can be said about a step's fields before anything runs:
// unknown fields, missing ones, and constants that do not fit. Values with
// expressions in them are left to the run.
func (a *Action) Check(with flow.Object) []Finding {
	findings := checkFields(a.Fields, a.properties, with, templated)
	findings = append(findings, a.lacking(getter(with))...)
	return append(findings, a.binding.check(with)...)
}

// templated reports whether a value is only known when the flow runs.
func templated(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(v, "{{")
	case flow.Object:
		for i := range v {
			if templated(v[i].Value) {
				return true
			}
		}
	case []any:
		for i := range v {
			if templated(v[i]) {
				return true
			}
		}
	}
	return false
}

// literal takes every value as it stands, as in a connection.
func literal(any) bool { return false }

func checkFields(fields []Field, properties []property, with flow.Object, open func(any) bool) []Finding {
	var findings []Finding
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	for _, given := range with {
		if !contains(names, given.Name) {
			findings = append(findings, Finding{Field: shorten(given.Name), Code: flow.CodeUnknownField, Message: "is not a field that is known here" + didYouMean(given.Name, names)})
		}
	}
	for i := range properties {
		p := &properties[i]
		value, _ := with.Get(p.field.Name)
		switch {
		case (value == nil || value == "") && !p.field.For.holds(properties, getter(with)):
		case value == nil && p.field.Default != nil:
		case open(value):
			findings = checkPart(p.schema, value, p.field.Name, open, findings)
		default:
			if _, finding := conform(p, flow.Plain(value)); finding != nil {
				findings = append(findings, *finding)
			}
		}
	}
	return findings
}

func getter(with flow.Object) func(string) any {
	return func(name string) any {
		value, _ := with.Get(name)
		return value
	}
}

// checkPart looks into a value that has expressions somewhere inside.
func checkPart(schema map[string]any, value any, path string, open func(any) bool, findings []Finding) []Finding {
	switch v := value.(type) {
	case []any:
		items, _ := schema["items"].(map[string]any)
		if schema["type"] != nil && schema["type"] != "array" {
			return append(findings, *mismatch(path, typeWords[fmt.Sprint(schema["type"])], []any{}))
		}
		for i := range v {
			findings = checkPart(items, v[i], fmt.Sprintf("%s[%d]", path, i), open, findings)
		}
	case flow.Object:
		return checkMembers(schema, v, path, open, findings)
	default:
		if open(value) {
			return findings
		}
		if _, finding := coerce(schema, value, path); finding != nil {
			return append(findings, *finding)
		}
	}
	return findings
}

func checkMembers(schema map[string]any, object flow.Object, path string, open func(any) bool, findings []Finding) []Finding {
	switch schema["type"] {
	case nil, "object":
	case "array": // one value stands for a list of one
		items, _ := schema["items"].(map[string]any)
		return checkPart(items, object, path, open, findings)
	default:
		return append(findings, *mismatch(path, typeWords[fmt.Sprint(schema["type"])], map[string]any{}))
	}
	properties, _ := schema["properties"].(map[string]any)
	others, _ := schema["additionalProperties"].(map[string]any)
	for _, member := range object {
		of, known := properties[member.Name].(map[string]any)
		if !known {
			if schema["additionalProperties"] == false {
				findings = append(findings, Finding{Field: path + "." + shorten(member.Name), Code: flow.CodeUnknownField,
					Message: "is not a field that is known here" + didYouMean(member.Name, sortedNames(properties))})
				continue
			}
			of = others
		}
		findings = checkPart(of, member.Value, path+"."+member.Name, open, findings)
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if value, _ := object.Get(plainText(name)); value == nil {
			findings = append(findings, *missing(path + "." + plainText(name)))
		}
	}
	return findings
}

// typeWords are JSON Schema's types in words.
var typeWords = map[string]string{
	"string": "text", "number": "a number", "integer": "a whole number",
	"boolean": "true or false", "array": "a list", "object": "an object",
}
