package component

import (
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"redial/engine/flow"
)

// validator holds values against a JSON Schema.
type validator struct{ schema *jsonschema.Schema }

// nothingElse refuses to load what a schema refers to: manifests come from
// outside and must not make the server read files or call addresses.
type nothingElse struct{}

func (nothingElse) Load(string) (any, error) {
	return nil, errors.New("a schema may refer to its own parts only")
}

func compileSchema(schema any) (*jsonschema.Schema, error) {
	const place = "urn:redial:schema"
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(nothingElse{})
	compiler.AssertFormat()
	if err := compiler.AddResource(place, schema); err != nil {
		return nil, errors.New(shorten(err.Error()))
	}
	compiled, err := compiler.Compile(place)
	if err != nil {
		return nil, schemaError(err)
	}
	return compiled, nil
}

// schemaError is the first line of what the library says that tells something.
func schemaError(err error) error {
	var invalid *jsonschema.SchemaValidationError
	if errors.As(err, &invalid) {
		var fault *jsonschema.ValidationError
		if errors.As(invalid.Err, &fault) {
			finding := firstFinding(fault, "the schema")
			return fmt.Errorf("%s: %s", finding.Field, finding.Message)
		}
	}
	return errors.New(strings.TrimPrefix(shorten(err.Error()), "jsonschema: "))
}

func validSchema(schema any) error {
	_, err := compileSchema(schema)
	return err
}

// constraints are the keywords beyond those that coerce has settled.
var constraints = []string{
	"enum", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
	"maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "properties",
	"items", "additionalProperties",
}

// newValidator is nil for a schema that names a type and nothing more: bringing
// a value to its type has checked all there is.
func newValidator(schema map[string]any) (*validator, error) {
	bare := true
	for _, keyword := range constraints {
		if _, found := schema[keyword]; found {
			bare = false
		}
	}
	if bare {
		return nil, nil
	}
	compiled, err := compileSchema(schema)
	if err != nil {
		return nil, err
	}
	return &validator{compiled}, nil
}

// check is the first thing about a value that does not fit; nil if all does.
func (v *validator) check(value any, path string) *Finding {
	err := v.schema.Validate(value)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return &Finding{Field: path, Code: flow.CodeInvalidValue, Message: "the value does not fit"}
	}
	return firstFinding(invalid, path)
}

func firstFinding(e *jsonschema.ValidationError, path string) *Finding {
	for len(e.Causes) > 0 {
		e = e.Causes[0]
	}
	for _, step := range e.InstanceLocation {
		if strings.Trim(step, "0123456789") == "" {
			path += "[" + step + "]"
		} else {
			path += "." + shorten(step)
		}
	}
	finding := &Finding{Field: path, Code: flow.CodeInvalidValue, Message: words(e.ErrorKind)}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		finding.Field, finding.Code, finding.Message = path+"."+k.Missing[0], flow.CodeMissingField, missing("").Message
	case *kind.AdditionalProperties:
		finding.Field, finding.Code, finding.Message = path+"."+shorten(k.Properties[0]), flow.CodeUnknownField, "there is no such field"
	}
	return finding
}

var english = message.NewPrinter(language.English)

// words says what does not fit.
func words(reason jsonschema.ErrorKind) string {
	switch k := reason.(type) {
	case *kind.Enum:
		choices := make([]string, 0, len(k.Want))
		for _, choice := range k.Want {
			choices = append(choices, plainText(choice))
		}
		return fmt.Sprintf("this takes one of %s, not %s", shorten(strings.Join(choices, ", ")), describe(k.Got))
	case *kind.Minimum:
		want, _ := k.Want.Float64()
		return "this must be at least " + decimalText(want)
	case *kind.Maximum:
		want, _ := k.Want.Float64()
		return "this must be at most " + decimalText(want)
	case *kind.MinLength:
		return fmt.Sprintf("this must have at least %d characters, and has %d", k.Want, k.Got)
	case *kind.MaxLength:
		return fmt.Sprintf("this must have at most %d characters, and has %d", k.Want, k.Got)
	case *kind.MinItems:
		return fmt.Sprintf("this needs at least %d elements, and has %d", k.Want, k.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("this takes at most %d elements, and has %d", k.Want, k.Got)
	case *kind.Format:
		return fmt.Sprintf("%s is not %s", describe(k.Got), formatWords(k.Want))
	case *kind.Pattern:
		return fmt.Sprintf("the text %q does not have the form %s", shorten(k.Got), shorten(k.Want))
	case *kind.Type:
		return fmt.Sprintf("this takes a value of type %s, not %s", strings.Join(k.Want, " or "), k.Got)
	default:
		return shorten(reason.LocalizedString(english))
	}
}

func formatWords(format string) string {
	switch format {
	case "date":
		return "a date such as 2026-01-31"
	case "date-time":
		return "a date and time such as 2026-01-31T09:30:00Z"
	case "email":
		return "an email address"
	case "uri":
		return "an absolute URL"
	default:
		return "of the format " + format
	}
}
