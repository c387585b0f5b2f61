package schema

import "strconv"

// combined applies the schemas that this one applies to the same value.
func (c *check) combined(n *node, value any, noted *seen) bool {
	ok := true
	if n.ref != nil {
		ok = c.value(n.ref, value, noted)
	}
	for _, part := range n.allOf {
		ok = c.goOn(ok) && c.value(part, value, noted) && ok
	}
	if len(n.anyOf) > 0 {
		ok = c.goOn(ok) && c.anyFits(n.anyOf, value, noted) && ok
	}
	if len(n.oneOf) > 0 {
		ok = c.goOn(ok) && c.oneFits(n.oneOf, value, noted) && ok
	}
	if n.not != nil && c.goOn(ok) && c.quietly(n.not, value, nil) {
		ok = c.fault("is of a kind that is not allowed here")
	}
	if n.when != nil {
		ok = c.goOn(ok) && c.conditional(n, value, noted) && ok
	}
	if object, isObject := value.(map[string]any); isObject {
		ok = c.goOn(ok) && c.dependentSchemas(n, object, noted) && ok
	}
	return ok
}

func (c *check) dependentSchemas(n *node, object map[string]any, noted *seen) bool {
	ok := true
	for _, d := range n.dependents {
		if _, there := object[d.field]; !there || d.node == nil {
			continue
		}
		ok = c.goOn(ok) && c.value(d.node, object, noted) && ok
	}
	return ok
}

func (c *check) conditional(n *node, value any, noted *seen) bool {
	branch, next := noted.branch(), n.otherwise
	if c.quietly(n.when, value, branch) {
		noted.add(branch)
		next = n.then
	}
	return next == nil || c.value(next, value, noted)
}

func (c *check) anyFits(branches []*node, value any, noted *seen) bool {
	fits := false
	for _, n := range branches {
		branch := noted.branch()
		if c.quietly(n, value, branch) {
			noted.add(branch)
			if fits = true; noted == nil {
				return true
			}
		}
	}
	return fits || c.noneFits(branches, value, noted)
}

func (c *check) oneFits(branches []*node, value any, noted *seen) bool {
	count := 0
	for _, n := range branches {
		branch := noted.branch()
		if !c.quietly(n, value, branch) {
			continue
		}
		noted.add(branch)
		if count++; count > 1 {
			return c.fault("fits more than one of the forms that are allowed, and must fit exactly one")
		}
	}
	return count == 1 || c.noneFits(branches, value, noted)
}

// noneFits says why no branch fits. If the value's type leaves only one of
// them, that one's faults are what the sender wants to read.
func (c *check) noneFits(branches []*node, value any, noted *seen) bool {
	noted.unsure()
	if c.quiet > 0 {
		return false
	}
	var meant []*node
	var types []string
	for _, n := range branches {
		wanted := n.ownTypes()
		if types = append(types, wanted...); wanted == nil || (&node{types: wanted}).accepts(value) {
			meant = append(meant, n)
		}
	}
	switch before := len(c.violations); {
	case len(meant) == 0:
		return c.fault("must be " + anyOf(types) + ", is " + typeName(value))
	case len(meant) == 1:
		if c.value(meant[0], value, nil); len(c.violations) > before {
			return false
		}
	}
	return c.fault("fits none of the " + strconv.Itoa(len(branches)) + " forms that are allowed")
}

// ownTypes are the types that a schema allows at first sight, itself or through
// a reference; nil if it does not say.
func (n *node) ownTypes() []string {
	for n.types == nil && n.ref != nil {
		n = n.ref
	}
	return n.types
}
