package component

import (
	"strings"

	"redial/engine/flow"
	"redial/engine/schema"
)

// validator holds values against the JSON Schema of a field.
type validator struct{ schema *schema.Schema }

// constraints are the keywords beyond those that coerce settles.
var constraints = []string{
	"enum", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
	"maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "properties",
	"items", "additionalProperties",
}

// newValidator is nil for a schema that names a type and nothing more: bringing
// a value to its type has checked all there is.
func newValidator(of map[string]any) (*validator, error) {
	bare := true
	for _, keyword := range constraints {
		if _, found := of[keyword]; found {
			bare = false
		}
	}
	if bare {
		return nil, nil
	}
	compiled, err := schema.Compile(of)
	if err != nil {
		return nil, err
	}
	return &validator{compiled}, nil
}

// check is the first thing about a value that does not fit; nil if all does.
func (v *validator) check(value any, path string) *Finding {
	violations := v.schema.Validate(value)
	if len(violations) == 0 {
		return nil
	}
	return &Finding{Field: path + pointerPath(violations[0].Pointer), Code: flow.CodeInvalidValue, Message: violations[0].Detail}
}

// pointerPath writes a JSON Pointer as the rest of a path: [0].amount.
func pointerPath(pointer string) string {
	var out strings.Builder
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		if step != "" && strings.Trim(step, "0123456789") == "" {
			out.WriteString("[" + step + "]")
		} else {
			out.WriteString("." + shorten(step))
		}
	}
	return out.String()
}
