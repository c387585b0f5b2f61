package expression

import "slices"

// maxJoined bounds how much of two types is compared. Types share parts, so the
// tree that they stand for can be far larger than they are.
const maxJoined = 2000

// join is the type of a value that is either of two.
func join(a, b *Type) *Type {
	j := joiner{left: maxJoined}
	return j.join(a, b)
}

type joiner struct{ left int }

func (j *joiner) join(a, b *Type) *Type {
	if j.left--; j.left < 0 {
		return typeAny
	}
	switch {
	case a.kind() == Any || b.kind() == Any:
		return typeAny
	case a.Kind == Null:
		return b.nullable()
	case b.Kind == Null:
		return a.nullable()
	}
	var t *Type
	switch {
	case a.Kind == b.Kind:
		t = j.same(a, b)
	case isNumber(a.Kind) && isNumber(b.Kind):
		t = typeNumber
	case isText(a.Kind) && isText(b.Kind):
		t = typeText
	default:
		return typeAny
	}
	if a.Nullable || b.Nullable {
		return t.nullable()
	}
	return t
}

// same joins two types of one kind.
func (j *joiner) same(a, b *Type) *Type {
	if a == b {
		return a
	}
	switch a.Kind {
	case List:
		return listOf(j.join(a.items(), b.items()))
	case Object:
		return j.objects(a, b)
	default:
		return either(a, b)
	}
}

// either joins two scalars of one kind: their choices are those of both.
func either(a, b *Type) *Type {
	if a.Choices == nil && b.Choices == nil {
		return a.certain()
	}
	c := *a
	c.Nullable, c.Choices = false, nil
	if a.Choices != nil && b.Choices != nil && len(a.Choices)+len(b.Choices) <= maxChoices {
		c.Choices = slices.Concat(a.Choices, b.Choices)
	}
	return &c
}

func (j *joiner) objects(a, b *Type) *Type {
	t := &Type{Kind: Object, Open: a.Open || b.Open, Fields: map[string]*Type{}}
	// In order, so that the same part is left out when the bound is reached.
	for _, name := range a.names() {
		f := a.Fields[name]
		if g, ok := b.Fields[name]; ok {
			t.Fields[name] = j.join(f, g)
		} else {
			t.Fields[name] = f.nullable()
		}
	}
	for name, g := range b.Fields {
		if _, ok := a.Fields[name]; !ok {
			t.Fields[name] = g.nullable()
		}
	}
	return built(t)
}
