package expression

import (
	"slices"
	"sort"

	"github.com/expr-lang/expr/ast"
)

// identifier compiles a bare name.
func (c *compiler) identifier(n *ast.IdentifierNode) *node {
	start, end := c.place(n)
	for i := len(c.lets) - 1; i >= 0; i-- {
		if let := c.lets[i]; let.name == n.Value {
			return &node{start: start, end: end, typ: let.typ, show: showPath, key: n.Value,
				eval: func(r *run) (any, error) { return r.vars[let.slot], nil }}
		}
	}
	switch n.Value {
	case "null":
		return c.literal(n, nil, typeNull)
	case smallestInteger:
		c.fault(start, end, FaultSyntax, "this whole number is outside the 64-bit whole numbers")
		return c.broken(start, end)
	}
	if root := c.root(n.Value); root != nil {
		if n.Value == "steps" && c.isRoot("steps") {
			c.fault(start, end, FaultUnknownStep, "a step is read by its name, as in steps.check_inventory")
		}
		root.start, root.end = start, end
		root.show, root.key, root.path = showPath, n.Value, []string{n.Value}
		return c.read(root)
	}
	c.unknownName(n.Value, start, end)
	return c.broken(start, end)
}

// root is the node of a top-level name, or nil.
func (c *compiler) root(name string) *node {
	if c.scope != nil {
		if t, ok := c.scope.Items[name]; ok {
			return &node{typ: t, eval: func(r *run) (any, error) { return r.values.bound(name), nil }}
		}
		if c.scope.ItemsOnly {
			return nil
		}
	}
	switch name {
	case "trigger":
		t := webhookType
		if c.scope != nil && c.scope.Trigger != nil {
			t = c.scope.Trigger
		}
		return &node{typ: t, eval: func(r *run) (any, error) { return object(r.values.Trigger), nil }}
	case "config":
		return &node{typ: c.configType(), eval: func(r *run) (any, error) { return object(r.values.Config), nil }}
	case "execution":
		return &node{typ: executionType, eval: func(r *run) (any, error) { return object(r.values.Execution), nil }}
	case "flow":
		return &node{typ: flowType, eval: func(r *run) (any, error) { return object(r.values.Flow), nil }}
	case "steps":
		return &node{typ: typeObject, eval: func(*run) (any, error) {
			return nil, errorf(CodeType, "steps is read by name, as in steps.check_inventory")
		}}
	}
	return nil
}

// object keeps a nil map from becoming a value that is neither null nor whole.
func object(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

// bound is the value of a name of Scope.Items.
func (v *Values) bound(name string) any {
	if item, ok := v.Items[name]; ok {
		return plain(item)
	}
	return plain(v.Inputs[name])
}

func (c *compiler) configType() *Type {
	if c.scope == nil {
		return typeObject
	}
	return &Type{Kind: Object, Fields: c.scope.Config}
}

// names are all names that may stand alone here.
func (c *compiler) names() []string {
	names := []string{"true", "false", "null"}
	for _, let := range c.lets {
		names = append(names, let.name)
	}
	if c.scope == nil || !c.scope.ItemsOnly {
		names = append(names, "trigger", "steps", "config", "execution", "flow")
	}
	if c.scope != nil {
		for name := range c.scope.Items {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func (c *compiler) unknownName(name string, start, end int) {
	if isBlank(name) {
		c.fault(start, end, FaultUnknownName, "fill in what belongs at %s", name)
		return
	}
	if c.errors >= maxFaults {
		return
	}
	advice := didYouMean(name, c.names())
	switch {
	case c.hasConfig(name):
		advice = "; did you mean config." + name + "?"
	case c.scope != nil && c.hasStep(name):
		advice = "; did you mean steps." + name + "?"
	case len(c.items) > 0 && c.items[len(c.items)-1].item.kind() == Object && c.items[len(c.items)-1].item.Fields[name] != nil:
		advice = "; did you mean ." + name + " of the item?"
	case (name == "item" || name == "index") && c.scope != nil && len(c.scope.Items) == 0:
		advice = "; it is there for the steps inside of a For each"
	case functions[name] != nil:
		advice = "; it is a function: write " + functions[name].Signature
	case advice == "" && c.afterMinus(start):
		advice = `; a name with - in it is written ["in-brackets"]`
	case advice == "":
		advice = "; known are " + nameList(c.names()) + `; text stands in "quotes"`
	}
	c.fault(start, end, FaultUnknownName, "there is no %s here%s", clip(name, maxText), advice)
}

// afterMinus says whether a name follows a minus without a space, as in
// headers.x-order.
func (c *compiler) afterMinus(start int) bool {
	i := c.source.tokenAt(start)
	return i > 1 && c.source.tokens[i-1].Value == "-" && c.source.tokens[i-1].end == start &&
		c.source.tokens[i-2].end == c.source.tokens[i-1].start
}

func (c *compiler) hasConfig(name string) bool {
	if c.scope == nil || c.scope.ItemsOnly {
		return false
	}
	_, ok := c.scope.Config[name]
	return ok
}

func (c *compiler) hasStep(id string) bool {
	if c.scope == nil || c.scope.ItemsOnly {
		return false
	}
	_, ok := c.scope.find(id)
	return ok
}

// step compiles steps.ID, the only way to read steps.
func (c *compiler) step(id string, start, end int) *node {
	made := &node{start: start, end: end, typ: typeAny, show: showPath, key: id, path: []string{"steps", id},
		eval: func(r *run) (any, error) {
			if r.values.Step == nil {
				return nil, nil
			}
			output, _ := r.values.Step(id)
			return plain(output), nil
		}}
	if c.scope == nil {
		return made
	}
	info, ok := c.scope.find(id)
	if !ok {
		c.unknownStep(id, start, end)
		return made
	}
	made.typ = info.Output
	if made.typ == nil {
		made.typ = typeAny
	}
	switch {
	case !info.Upstream:
		why := info.Why
		if why == "" {
			why = "no path leads from it to here"
		}
		c.fault(start, end, FaultNotUpstream, "steps.%s cannot be read here: %s", id, why)
	case info.MaySkip:
		made.typ = made.typ.nullable()
		if !c.skippable[id] && !c.guarded() {
			if c.skippable == nil {
				c.skippable = map[string]bool{}
			}
			c.skippable[id] = true
			c.warn(start, end, FaultMaySkip, `steps.%s may have been skipped, and is null then; give a default with ??, or ask ran("%s")`, id, id)
		}
	}
	return made
}

func (c *compiler) unknownStep(id string, start, end int) {
	if c.errors >= maxFaults {
		return
	}
	ids := c.scope.stepIDs()
	advice := didYouMean(id, ids)
	if advice == "" {
		before := slices.DeleteFunc(ids, func(id string) bool {
			info, _ := c.scope.find(id)
			return !info.Upstream
		})
		if len(before) > 0 {
			advice = "; before it come " + nameList(before)
		}
	}
	c.fault(start, end, FaultUnknownStep, "there is no step %s%s", clip(id, maxText), advice)
}

// guarded says whether the author has thought of the step not having run: ??,
// ran(…), default(…) or a comparison with null anywhere in the expression is
// taken for that.
func (c *compiler) guarded() bool {
	for i, t := range c.source.tokens {
		if t.Value == "??" || t.Value == "==" || t.Value == "!=" {
			if t.Value == "??" || c.besideNull(i) {
				return true
			}
		}
		if (t.Value == "ran" || t.Value == "default") && i+1 < len(c.source.tokens) && c.source.tokens[i+1].Value == "(" {
			return true
		}
	}
	return false
}

func (c *compiler) besideNull(i int) bool {
	tokens := c.source.tokens
	isNull := func(j int) bool {
		return j >= 0 && j < len(tokens) && (tokens[j].Value == "null" || tokens[j].Value == "nil")
	}
	return isNull(i-1) || isNull(i+1)
}
