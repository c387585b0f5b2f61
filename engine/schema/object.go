package schema

import (
	"maps"
	"slices"
)

func (c *check) object(n *node, object map[string]any, noted *seen) bool {
	c.spend((len(n.fieldNames) + len(n.required) + len(n.dependents)) / 4)
	ok := c.fieldCount(n, len(object))
	ok = c.goOn(ok) && c.requiredFields(n, object) && ok
	ok = c.goOn(ok) && c.knownFields(n, object, noted) && ok
	return c.goOn(ok) && c.otherFields(n, object, noted) && ok
}

func (c *check) fieldCount(n *node, count int) bool {
	ok := true
	if n.minFields != nil && count < *n.minFields {
		ok = c.faultHaving("must have at least "+counted(*n.minFields, "field"), count)
	}
	if n.maxFields != nil && count > *n.maxFields {
		ok = c.faultHaving("must have at most "+counted(*n.maxFields, "field"), count)
	}
	return ok
}

func (c *check) requiredFields(n *node, object map[string]any) bool {
	ok := true
	for _, name := range n.required {
		if _, there := object[name]; !there {
			missing := shorten(name) + " is required"
			if ok = c.faultAt(name, missing, missing); !c.goOn(ok) {
				return false
			}
		}
	}
	for _, d := range n.dependents {
		if _, there := object[d.field]; !there {
			continue
		}
		for _, name := range d.required {
			if _, there := object[name]; !there {
				missing := shorten(name) + " is required where " + shorten(d.field) + " is given"
				if ok = c.faultAt(name, missing, missing); !c.goOn(ok) {
					return false
				}
			}
		}
	}
	return ok
}

// knownFields goes by the schema, which has an order, and not by the object.
func (c *check) knownFields(n *node, object map[string]any, noted *seen) bool {
	ok := true
	for _, name := range n.fieldNames {
		value, there := object[name]
		if !there {
			continue
		}
		noted.field(name)
		if ok = c.field(n.fields[name], name, value) && ok; !c.goOn(ok) {
			return false
		}
	}
	return ok
}

func (c *check) otherFields(n *node, object map[string]any, noted *seen) bool {
	if n.others.open() && n.others != nil {
		noted.everyField()
	}
	if len(n.patterns) == 0 && n.names == nil && n.others.open() {
		return true
	}
	ok := true
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if ok = c.otherField(n, name, object[name], noted) && ok; !c.goOn(ok) {
			return false
		}
	}
	return ok
}

func (c *check) otherField(n *node, name string, value any, noted *seen) bool {
	ok := true
	if n.names != nil && !c.quietly(n.names, name, nil) {
		const notAllowed = "has a name that is not allowed"
		ok = c.faultAt(name, notAllowed, notAllowed)
	}
	_, known := n.fields[name]
	for _, p := range n.patterns {
		if c.matches(p.pattern, name) {
			known = true
			noted.field(name)
			ok = c.goOn(ok) && c.field(p.node, name, value) && ok
		}
	}
	if !known && n.others != nil {
		noted.field(name)
		ok = c.goOn(ok) && c.otherValue(n.others, name, value) && ok
	}
	return ok
}

func (c *check) otherValue(n *node, name string, value any) bool {
	if n.always != nil && !*n.always {
		return c.faultAt(name, "is not a field that is known here", shorten(name)+" is not a field that is known here")
	}
	return c.field(n, name, value)
}

// open tells that a schema, which may be missing, takes everything.
func (n *node) open() bool { return n == nil || n.always != nil && *n.always }
