package expression

// coalesce compiles a ?? b: b only where a is null.
func (c *compiler) coalesce(made *node) *node {
	left, right := made.kids[0], made.kids[1]
	made.typ = join(left.typ.certain(), right.typ)
	if left.typ.kind() == Null {
		made.typ = right.typ
	}
	made.eval = func(r *run) (any, error) {
		v, err := left.value(r)
		if err != nil || v != nil {
			return v, err
		}
		return right.value(r)
	}
	return made
}

// numbersBetween compiles a..b, the list of whole numbers from a to b.
func (c *compiler) numbersBetween(made *node) *node {
	left, right := made.kids[0], made.kids[1]
	c.wantNumber(left, "..")
	c.wantNumber(right, "..")
	made.typ = listOf(typeInteger)
	made.eval = func(r *run) (any, error) {
		ends := [2]int64{}
		for i, n := range made.kids {
			v, err := n.value(r)
			if err != nil {
				return nil, err
			}
			whole, ok := wholeNumber(v)
			if !ok {
				return nil, r.operandError("..", n, v)
			}
			ends[i] = whole
		}
		return r.numbersBetween(ends[0], ends[1])
	}
	return made
}

func (r *run) numbersBetween(from, to int64) (any, error) {
	if to < from {
		return []any{}, nil
	}
	// The difference of two integers always fits an unsigned one.
	n := uint64(to) - uint64(from)
	if n >= maxMemory/(2*sizeElement) {
		return nil, r.grow(maxMemory + 1)
	}
	// Each number is boxed, which costs as much again as its element.
	if err := r.growList(2 * (int(n) + 1)); err != nil {
		return nil, err
	}
	list := make([]any, int(n)+1)
	for i := range list {
		list[i] = from + int64(i)
	}
	return list, nil
}

// membership compiles x in list, name in object and part in text.
func (c *compiler) membership(made *node) *node {
	left, right := made.kids[0], made.kids[1]
	if k := right.typ.kind(); isNumber(k) || k == Boolean {
		c.fault(right.start, right.end, FaultType, "in looks into a list, an object or text, and this is %s", kindPhrase(k))
	}
	made.typ, made.show = typeBoolean, showComparison
	made.eval = func(r *run) (any, error) {
		v, err := left.value(r)
		if err != nil {
			return nil, err
		}
		w, err := right.value(r)
		if err != nil {
			return nil, err
		}
		if object, ok := w.(map[string]any); ok {
			key, _ := v.(string)
			_, found := object[key]
			return found && kindOf(v) == Text, nil
		}
		return r.contains(w, v)
	}
	return made
}
