package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// check is one run of Validate.
type check struct {
	violations []Violation
	path       []token
	names      map[string]bool // that are the schema's
	steps      int             // left
	quiet      int             // above 0 only the verdict counts: the first fault ends it
}

// token is one step of a pointer: a field's name or, if index is not negative,
// the place in a list.
type token struct {
	name  string
	index int
}

// value checks one value against one schema. What the schema has looked at is
// noted in caller, if that is not nil, for unevaluatedProperties and
// unevaluatedItems of schemas around it.
func (c *check) value(n *node, value any, caller *seen) bool {
	if c.steps--; c.steps <= 0 {
		return false
	}
	if n.always != nil {
		return *n.always || c.fault("is not allowed here")
	}
	// A value of another type would break the other rules too; one fault says it.
	if !c.typed(n, value) {
		return false
	}
	noted := caller
	if n.unevaluatedFields != nil || n.unevaluatedItems != nil {
		noted = &seen{}
	}
	ok := c.constant(n, value)
	ok = c.goOn(ok) && c.content(n, value, noted) && ok
	ok = c.goOn(ok) && c.combined(n, value, noted) && ok
	ok = c.goOn(ok) && c.unevaluated(n, value, noted) && ok
	if noted != caller {
		caller.add(noted)
	}
	return ok
}

// goOn tells whether looking further can still change what is told.
func (c *check) goOn(ok bool) bool {
	return c.steps > 0 && (ok || c.quiet == 0) && len(c.violations) < MaxViolations
}

// spend charges work that grows with the size of a value or a schema.
func (c *check) spend(steps int) { c.steps -= steps }

// quietly asks only for the verdict.
func (c *check) quietly(n *node, value any, noted *seen) bool {
	c.quiet++
	ok := c.value(n, value, noted)
	c.quiet--
	return ok
}

// field checks the value of a field.
func (c *check) field(n *node, name string, value any) bool {
	return c.inside(n, token{name, -1}, value)
}

func (c *check) item(n *node, index int, value any) bool {
	return c.inside(n, token{"", index}, value)
}

func (c *check) inside(n *node, at token, value any) bool {
	c.path = append(c.path, at)
	ok := c.value(n, value, nil)
	c.path = c.path[:len(c.path)-1]
	return ok
}

// fault notes a violation at the present place. It returns false, so that a
// rule may end with it.
func (c *check) fault(detail string) bool { return c.faultOf(detail, detail) }

// faultOf is fault for a detail that tells more than the rule: a part of the value.
func (c *check) faultOf(rule, detail string) bool {
	if c.quiet == 0 && len(c.violations) < MaxViolations {
		c.violations = append(c.violations, Violation{Pointer: c.pointer(token.text), Detail: detail, Place: c.pointer(c.own), Rule: rule})
	}
	return false
}

// faultHaving is fault for a value that has too few of something, or too many.
func (c *check) faultHaving(rule string, count int) bool {
	return c.faultOf(rule, rule+", has "+strconv.Itoa(count))
}

// faultAt notes a violation at a field of the present object.
func (c *check) faultAt(field, rule, detail string) bool {
	c.path = append(c.path, token{field, -1})
	c.faultOf(rule, detail)
	c.path = c.path[:len(c.path)-1]
	return false
}

func (t token) text() string {
	if t.index >= 0 {
		return strconv.Itoa(t.index)
	}
	return t.name
}

// own is the text of a token if it is the schema's own.
func (c *check) own(t token) string {
	if t.index >= 0 || !c.names[t.name] {
		return "*"
	}
	return t.name
}

func (c *check) pointer(text func(token) string) string {
	var out strings.Builder
	for _, t := range c.path {
		name := text(t)
		if out.Len()+len(name) > maxPointer {
			break
		}
		out.WriteByte('/')
		_, _ = pointerEscape.WriteString(&out, name)
	}
	return out.String()
}

func (c *check) typed(n *node, value any) bool {
	if len(n.types) == 0 || n.accepts(value) {
		return true
	}
	if c.quiet > 0 {
		return false
	}
	return c.fault("must be " + anyOf(n.types) + ", is " + typeName(value))
}

// accepts tells whether the value is of one of the schema's types.
func (n *node) accepts(value any) bool {
	name := typeName(value)
	for _, t := range n.types {
		if t == name || t == "number" && name == "integer" {
			return true
		}
	}
	return false
}

func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	}
	if isWhole(value) {
		return "integer"
	}
	return "number"
}

func (c *check) constant(n *node, value any) bool {
	if n.enum == nil {
		return true
	}
	if text, ok := value.(string); ok && n.enumTexts[text] {
		return true
	} else if !ok {
		c.spend(len(n.enum) / 4)
		if slices.ContainsFunc(n.enum, func(allowed any) bool { return equal(value, allowed) }) {
			return true
		}
	}
	if c.quiet > 0 {
		return false
	}
	if len(n.enum) == 1 {
		return c.fault("must be " + values(n.enum))
	}
	return c.fault("must be one of " + values(n.enum))
}

// content applies the rules for the value's own type.
func (c *check) content(n *node, value any, noted *seen) bool {
	switch v := value.(type) {
	case map[string]any:
		return c.object(n, v, noted)
	case []any:
		return c.list(n, v, noted)
	case string:
		return c.text(n, v)
	case int64, float64:
		return c.number(n, v)
	default:
		return true
	}
}

// unevaluated checks what no other rule has looked at.
func (c *check) unevaluated(n *node, value any, noted *seen) bool {
	if noted == nil || noted.uncertain {
		return true
	}
	ok := true
	switch v := value.(type) {
	case map[string]any:
		if n.unevaluatedFields == nil || noted.allFields {
			return true
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !noted.fields[name] {
				ok = c.field(n.unevaluatedFields, name, v[name]) && ok
			}
			if !c.goOn(ok) {
				return false
			}
		}
		noted.allFields = true
	case []any:
		if n.unevaluatedItems == nil || noted.allItems {
			return true
		}
		for i := noted.firstItems; i < len(v); i++ {
			if !noted.items[i] {
				ok = c.item(n.unevaluatedItems, i, v[i]) && ok
			}
			if !c.goOn(ok) {
				return false
			}
		}
		noted.allItems = true
	}
	return ok
}
