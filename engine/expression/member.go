package expression

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// member compiles a.b, a["b"] and a[0].
func (c *compiler) member(n *ast.MemberNode) *node {
	start, end := c.place(n)
	if c.source.tokenIs(start, "[") {
		end = c.closing(start)
	}
	key, constant := n.Property.(*ast.StringNode)
	if ident, ok := n.Node.(*ast.IdentifierNode); ok && ident.Value == "steps" && c.isRoot("steps") {
		rootStart, _ := c.place(ident)
		if !constant {
			c.fault(rootStart, end, FaultUnknownStep, `a step is read by its constant name, as in steps.check_inventory`)
			return c.broken(rootStart, end)
		}
		return c.read(c.step(key.Value, rootStart, end))
	}
	base := c.node(n.Node)
	if !constant {
		return c.index(base, n.Property, start, end)
	}
	c.unread(base)
	return c.field(base, key.Value, start, end)
}

// tokenIs says whether the token that begins at a byte is the given one.
func (s *source) tokenIs(start int, value string) bool {
	i := s.tokenAt(start)
	return i < len(s.tokens) && s.tokens[i].start == start && s.tokens[i].Value == value
}

// isRoot says whether a name means the top-level one here.
func (c *compiler) isRoot(name string) bool {
	for _, let := range c.lets {
		if let.name == name {
			return false
		}
	}
	if c.scope != nil {
		if _, bound := c.scope.Items[name]; bound || c.scope.ItemsOnly {
			return false
		}
	}
	return true
}

// read notes a path that is read.
func (c *compiler) read(n *node) *node {
	c.reads = append(c.reads, Reference{Path: n.path, Start: n.start, End: n.end})
	return n
}

// unread forgets the path of a base: the longer path takes its place.
func (c *compiler) unread(base *node) {
	if last := len(c.reads) - 1; last >= 0 && base.path != nil && c.reads[last].Start == base.start && c.reads[last].End == base.end {
		c.reads = c.reads[:last]
	}
}

// field compiles a member with a constant name.
func (c *compiler) field(base *node, key string, start, end int) *node {
	// Names of headers are lower-case in the trigger, and mean the same in
	// any case to everyone who writes them.
	if len(base.path) == 2 && base.path[0] == "trigger" && base.path[1] == "headers" {
		key = strings.ToLower(key)
	}
	made := &node{start: start, end: end, kids: []*node{base}, show: showPath, key: key,
		typ: c.fieldType(base, key, start, end),
		eval: func(r *run) (any, error) {
			v, err := base.value(r)
			if err != nil {
				return nil, err
			}
			return memberOf(v, key)
		}}
	if base.path == nil {
		return made
	}
	made.path = slices.Concat(base.path, []string{key})
	made.start = min(made.start, base.start)
	return c.read(made)
}

// memberOf is v.key: null of null and of what is missing.
func memberOf(v any, key string) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		return plain(v[key]), nil
	case nil:
		return nil, nil
	case []any:
		return nil, errorf(CodeType, "a list has no field %s; take an item, as in list[0].%s, or a field of all items with map(list, .%s)", clip(key, maxText), clip(key, maxText), clip(key, maxText))
	default:
		return nil, errorf(CodeType, "%s has no fields, so there is no %s in it", describe(v), clip(key, maxText))
	}
}

// fieldType checks a field against what is known of the object.
func (c *compiler) fieldType(base *node, key string, start, end int) *Type {
	t := base.typ
	switch t.kind() {
	case Any, Null:
		return typeAny
	case Object:
	case List:
		c.fault(start, end, FaultType, "a list has no field %s; take an item, as in list[0].%s, or a field of all items with map(list, .%s)", key, key, key)
		return typeAny
	default:
		c.fault(start, end, FaultType, "%s has no fields, so there is no %s in it", kindPhrase(t.Kind), clip(key, maxText))
		return typeAny
	}
	if f, ok := t.Fields[key]; ok {
		if t.Nullable {
			return f.nullable()
		}
		return f
	}
	if c.errors+c.warnings >= 2*maxFaults {
		return typeAny
	}
	names := t.names()
	advice := didYouMean(key, names)
	switch {
	case !t.Open && t.Fields == nil && len(base.path) == 1 && base.path[0] == "config":
		c.fault(start, end, FaultUnknownField, "the flow has no config, so there is no config.%s", clip(key, maxText))
	case !t.Open:
		if advice == "" && len(names) > 0 {
			advice = "; known are " + nameList(names)
		}
		c.fault(start, end, FaultUnknownField, "there is no %s in %s%s", clip(key, maxText), c.text(base), advice)
	case advice != "":
		c.warn(start, end, FaultUnknownField, "%s is not among the known fields of %s%s", clip(key, maxText), c.text(base), advice)
	}
	return typeAny
}

// text is the source of a node, for messages.
func (c *compiler) text(n *node) string {
	if n.key == "#" {
		return "the item"
	}
	return clip(strings.TrimSpace(c.source.text[n.start:n.end]), maxText)
}

// index compiles a[i] where i is not a constant name.
func (c *compiler) index(base *node, property ast.Node, start, end int) *node {
	key := c.node(property)
	made := &node{start: start, end: end, kids: []*node{base, key}, show: showPath, typ: typeAny}
	switch base.typ.kind() {
	case List:
		made.typ = base.typ.items().nullable()
		if k := key.typ.kind(); isText(k) || k == Boolean {
			c.fault(key.start, key.end, FaultType, "an item of a list is taken by its number, as in list[0], and this is %s", kindPhrase(k))
		}
	case Text, Date:
		made.typ = typeText.nullable()
	case Object:
		if k := key.typ.kind(); isNumber(k) {
			c.fault(key.start, key.end, FaultType, "a field of an object is taken by its name, and this is a number; text(…) makes it a name")
		}
	case Boolean, Integer, Number:
		c.fault(base.start, base.end, FaultType, "%s has no items", kindPhrase(base.typ.Kind))
	default: // Nothing is known.
	}
	made.eval = func(r *run) (any, error) {
		v, err := base.value(r)
		if err != nil {
			return nil, err
		}
		k, err := key.value(r)
		if err != nil {
			return nil, err
		}
		return r.itemOf(v, k)
	}
	return made
}

// itemOf is v[k]. Negative numbers count from the end.
func (r *run) itemOf(v, k any) (any, error) {
	if v == nil || k == nil {
		return nil, nil
	}
	switch v := v.(type) {
	case map[string]any:
		key, ok := k.(string)
		if !ok {
			return nil, errorf(CodeType, "a field of an object is taken by its name, and this is %s", describe(k))
		}
		return plain(v[key]), nil
	case []any:
		i, err := position(k)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			i += int64(len(v))
		}
		if i < 0 || i >= int64(len(v)) {
			return nil, nil
		}
		return plain(v[i]), nil
	case string:
		i, err := position(k)
		if err != nil {
			return nil, err
		}
		return r.character(v, i)
	default:
		return nil, errorf(CodeType, "%s has no items", describe(v))
	}
}

// position reads a whole number, also from a double without a fraction.
func position(k any) (int64, error) {
	if i, ok := wholeNumber(k); ok {
		return i, nil
	}
	return 0, errorf(CodeType, "an item is taken by a whole number, and this is %s", describe(k))
}

func (r *run) character(s string, i int64) (any, error) {
	if err := r.work(len(s) / 16); err != nil {
		return nil, err
	}
	n := int64(utf8.RuneCountInString(s))
	if i < 0 {
		i += n
	}
	if i < 0 || i >= n {
		return nil, nil
	}
	from := runeOffset(s, int(i))
	_, size := utf8.DecodeRuneInString(s[from:])
	return s[from : from+size], nil
}

// runeOffset is the byte at which the n-th character begins.
func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// slice compiles a[from:to].
func (c *compiler) slice(n *ast.SliceNode) *node {
	start, _ := c.place(n)
	made := &node{start: start, end: c.closing(start)}
	base := c.node(n.Node)
	made.kids = append(made.kids, base)
	made.typ = base.typ
	switch k := base.typ.kind(); k {
	case Date:
		made.typ = typeText
	case Object, Boolean, Integer, Number:
		c.fault(base.start, base.end, FaultType, "only lists and text have parts, and this is %s", kindPhrase(k))
	default: // It has parts, or nothing is known.
	}
	var from, to *node
	if n.From != nil {
		from = c.node(n.From)
		made.kids = append(made.kids, from)
	}
	if n.To != nil {
		to = c.node(n.To)
		made.kids = append(made.kids, to)
	}
	made.eval = func(r *run) (any, error) {
		v, err := base.value(r)
		if err != nil || v == nil {
			return nil, err
		}
		return r.part(v, from, to)
	}
	return made
}

// part is v[from:to]; what lies outside is left out.
func (r *run) part(v any, from, to *node) (any, error) {
	var length int
	switch v := v.(type) {
	case []any:
		length = len(v)
	case string:
		if err := r.work(len(v) / 16); err != nil {
			return nil, err
		}
		length = utf8.RuneCountInString(v)
	default:
		return nil, errorf(CodeType, "only lists and text have parts, and this is %s", describe(v))
	}
	low, err := r.bound(from, 0, length)
	if err != nil {
		return nil, err
	}
	high, err := r.bound(to, length, length)
	if err != nil {
		return nil, err
	}
	high = max(low, high)
	if list, ok := v.([]any); ok {
		return list[low:high:high], nil
	}
	s := v.(string)
	s = s[runeOffset(s, low):]
	return s[:runeOffset(s, high-low)], nil
}

func (r *run) bound(n *node, otherwise, length int) (int, error) {
	if n == nil {
		return otherwise, nil
	}
	k, err := n.value(r)
	if err != nil {
		return 0, err
	}
	if k == nil {
		return otherwise, nil
	}
	i, err := position(k)
	if err != nil {
		return 0, at(n, err)
	}
	if i < 0 {
		i += int64(length)
	}
	return int(min(max(i, 0), int64(length))), nil
}
