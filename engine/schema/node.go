package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// node is a schema made ready for checking: what the library keeps in maps is
// in order here, and bounds are numbers that compare fast.
type node struct {
	pointer string // within the schema
	always  *bool  // a schema that is just true or false
	types   []string
	enum    []any // nil: any value
	// enumTexts are those of enum that are texts.
	enumTexts map[string]bool
	format    *jsonschema.Format

	ref                 *node
	allOf, anyOf, oneOf []*node
	not, when           *node
	then, otherwise     *node

	minFields, maxFields *int
	required             []string
	fields               map[string]*node
	fieldNames           []string // of fields, in order
	patterns             []patternField
	others               *node // additionalProperties
	names                *node // propertyNames
	dependents           []dependent
	unevaluatedFields    *node

	minItems, maxItems       *int
	unique                   bool
	prefix                   []*node
	items                    *node
	contains                 *node
	minContains, maxContains *int
	unevaluatedItems         *node

	minLength, maxLength                   *int
	pattern                                *pattern
	minimum, maximum, above, below, factor *number
}

type patternField struct {
	pattern *pattern
	node    *node
}

// dependent is what the presence of a field asks for.
type dependent struct {
	field    string
	required []string
	node     *node // may be nil
}

// builder turns the library's schemas into nodes. Schemas may refer to each
// other in circles.
type builder struct {
	nodes map[*jsonschema.Schema]*node
	order []*node
	err   error
}

// names are those of all fields that stand in the schemas.
func (b *builder) names() map[string]bool {
	names := map[string]bool{}
	for _, n := range b.order {
		for _, name := range append(slices.Clone(n.fieldNames), n.required...) {
			names[name] = true
		}
		for _, d := range n.dependents {
			for _, name := range d.required {
				names[name] = true
			}
		}
	}
	return names
}

func (b *builder) node(s *jsonschema.Schema) (*node, error) {
	root := b.build(s)
	return root, b.err
}

func (b *builder) build(s *jsonschema.Schema) *node {
	if s == nil {
		return nil
	}
	if n, ok := b.nodes[s]; ok {
		return n
	}
	n := &node{pointer: within(s.Location), always: s.Bool}
	b.nodes[s] = n
	b.order = append(b.order, n)
	switch {
	case s.DraftVersion != 2020:
		b.fail(n, "only draft 2020-12 is taken; leave out $schema, or write %s", jsonschema.Draft2020)
	case s.DynamicRef != nil || s.RecursiveRef != nil:
		b.fail(n, "$dynamicRef and $recursiveRef are not taken; use $ref")
	}
	b.buildGeneral(n, s)
	b.buildObject(n, s)
	b.buildArray(n, s)
	n.minLength, n.maxLength = s.MinLength, s.MaxLength
	n.pattern, _ = s.Pattern.(*pattern)
	n.minimum, n.maximum, n.factor = newNumber(s.Minimum), newNumber(s.Maximum), newNumber(s.MultipleOf)
	n.above, n.below = newNumber(s.ExclusiveMinimum), newNumber(s.ExclusiveMaximum)
	return n
}

func (b *builder) fail(n *node, format string, args ...any) {
	if b.err == nil {
		b.err = &Error{Pointer: n.pointer, Message: fmt.Sprintf(format, args...)}
	}
}

func (b *builder) buildAll(schemas []*jsonschema.Schema) []*node {
	var nodes []*node
	for _, s := range schemas {
		nodes = append(nodes, b.build(s))
	}
	return nodes
}

func (b *builder) buildGeneral(n *node, s *jsonschema.Schema) {
	if s.Types != nil {
		n.types = s.Types.ToStrings()
	}
	if s.Enum != nil {
		n.enum = s.Enum.Values
	}
	if s.Const != nil {
		n.enum = intersect(n.enum, *s.Const)
	}
	n.enumTexts = make(map[string]bool)
	for _, value := range n.enum {
		if text, ok := value.(string); ok {
			n.enumTexts[text] = true
		}
	}
	n.format = s.Format
	n.ref = b.build(s.Ref)
	n.allOf, n.anyOf, n.oneOf = b.buildAll(s.AllOf), b.buildAll(s.AnyOf), b.buildAll(s.OneOf)
	n.not, n.when = b.build(s.Not), b.build(s.If)
	n.then, n.otherwise = b.build(s.Then), b.build(s.Else)
}

// intersect is what const leaves of an enum.
func intersect(enum []any, constant any) []any {
	for _, value := range enum {
		if equal(value, constant) {
			return []any{constant}
		}
	}
	if enum == nil {
		return []any{constant}
	}
	return []any{}
}

func (b *builder) buildObject(n *node, s *jsonschema.Schema) {
	n.minFields, n.maxFields, n.required = s.MinProperties, s.MaxProperties, s.Required
	n.fieldNames = slices.Sorted(maps.Keys(s.Properties))
	n.fields = make(map[string]*node, len(s.Properties))
	for _, name := range n.fieldNames {
		n.fields[name] = b.build(s.Properties[name])
	}
	for expression, field := range s.PatternProperties {
		if compiled, ok := expression.(*pattern); ok {
			n.patterns = append(n.patterns, patternField{compiled, b.build(field)})
		}
	}
	slices.SortFunc(n.patterns, func(x, y patternField) int {
		return strings.Compare(x.pattern.String(), y.pattern.String())
	})
	switch others := s.AdditionalProperties.(type) {
	case bool:
		n.others = &node{pointer: n.pointer + "/additionalProperties", always: &others}
	case *jsonschema.Schema:
		n.others = b.build(others)
	}
	n.names, n.unevaluatedFields = b.build(s.PropertyNames), b.build(s.UnevaluatedProperties)
	b.buildDependents(n, s)
}

func (b *builder) buildDependents(n *node, s *jsonschema.Schema) {
	for field, required := range s.DependentRequired {
		n.dependents = append(n.dependents, dependent{field: field, required: required})
	}
	for field, schema := range s.DependentSchemas {
		n.dependents = append(n.dependents, dependent{field: field, node: b.build(schema)})
	}
	for field, wanted := range s.Dependencies { // of older drafts, still allowed
		switch w := wanted.(type) {
		case []string:
			n.dependents = append(n.dependents, dependent{field: field, required: w})
		case *jsonschema.Schema:
			n.dependents = append(n.dependents, dependent{field: field, node: b.build(w)})
		}
	}
	slices.SortStableFunc(n.dependents, func(x, y dependent) int { return strings.Compare(x.field, y.field) })
}

func (b *builder) buildArray(n *node, s *jsonschema.Schema) {
	n.minItems, n.maxItems, n.unique = s.MinItems, s.MaxItems, s.UniqueItems
	n.prefix, n.items = b.buildAll(s.PrefixItems), b.build(s.Items2020)
	n.contains, n.minContains, n.maxContains = b.build(s.Contains), s.MinContains, s.MaxContains
	n.unevaluatedItems = b.build(s.UnevaluatedItems)
}

// inPlace are the schemas that apply to the same value as n.
func (n *node) inPlace() []*node {
	nodes := slices.Concat([]*node{n.ref, n.not, n.when, n.then, n.otherwise}, n.allOf, n.anyOf, n.oneOf)
	for _, d := range n.dependents {
		nodes = append(nodes, d.node)
	}
	return slices.DeleteFunc(nodes, func(n *node) bool { return n == nil })
}

// maxInPlace bounds how many schemas may refer to each other in a row before a
// value is entered. Together with the depth of values it bounds the stack.
const maxInPlace = 100

// checkLoops refuses schemas that come back to themselves without entering the
// value: checking one would not end.
func (b *builder) checkLoops() error {
	height := make(map[*node]int) // 0: not seen, -1: under way
	var visit func(n *node, depth int) (int, error)
	visit = func(n *node, depth int) (int, error) {
		if known := height[n]; known > 0 {
			return known, nil
		} else if known < 0 {
			return 0, &Error{Pointer: n.pointer, Message: "the schema refers to itself for the same value, which never ends"}
		}
		height[n] = -1
		tallest := 0
		for _, next := range n.inPlace() {
			if depth > maxInPlace {
				break
			}
			h, err := visit(next, depth+1)
			if err != nil {
				return 0, err
			}
			tallest = max(tallest, h)
		}
		if tallest >= maxInPlace || depth > maxInPlace {
			return 0, &Error{Pointer: n.pointer, Message: fmt.Sprintf("more than %d schemas apply one through the other to the same value", maxInPlace)}
		}
		height[n] = tallest + 1
		return tallest + 1, nil
	}
	for _, n := range b.order {
		if _, err := visit(n, 0); err != nil {
			return err
		}
	}
	return nil
}
