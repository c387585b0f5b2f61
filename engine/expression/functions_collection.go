package expression

import "unicode/utf8"

func init() {
	const topic = "Lists"
	declare(topic, "len(x: text|list|object) -> whole", "How many characters, items or fields there are. Null has none.",
		Function{null: nullHandled, eval: length}, `len("größe")`, `5`, `len([1, 2])`, `2`, `len(null)`, `0`)
	declare(topic, "lookup(list: list, field: text, value: any) -> object", "The first item whose field has the value, or null.",
		Function{eval: lookup, result: itemOrNull}, `lookup([{sku: "a", n: 1}, {sku: "b", n: 2}], "sku", "b").n`, `2`)
	declare(topic, "first(list: list) -> any", "The first item, or null.", Function{eval: first, result: itemOrNull}, `first([1, 2])`, `1`)
	declare(topic, "last(list: list) -> any", "The last item, or null.", Function{eval: last, result: itemOrNull}, `last([1, 2])`, `2`)
	declare(topic, "reverse(list: list) -> list", "The items in the other order.", Function{eval: reverse, result: sameList}, `reverse([1, 2, 3])`, `[3,2,1]`)
	declare(topic, "concat(...lists: list) -> list", "One list of the items of all lists.", Function{eval: concatLists}, `concat([1], [2, 3], null)`, `[1,2,3]`)
	declare(topic, "flatten(list: list) -> list", "The items of all lists in the list, however deep.", Function{eval: flatten}, `flatten([1, [2, [3]]])`, `[1,2,3]`)
	declare(topic, "unique(list: list, field?: text) -> list", "The items without repetitions, or the first of each value of the field.",
		Function{eval: unique, result: sameList}, `unique([1, 2, 1])`, `[1,2]`, `unique([{s: 1, t: 1}, {s: 1, t: 2}], "s")`, `[{"s":1,"t":1}]`)
	declare(topic, "zip(a: list, b: list) -> list", "Pairs of the items at the same places; the shorter list is filled with null.",
		Function{eval: zip}, `zip(["a", "b"], [1, 2])`, `[["a",1],["b",2]]`)
	declare(topic, "chunk(list: list, size: whole) -> list", "Lists of at most size items.", Function{eval: chunk}, `chunk([1, 2, 3], 2)`, `[[1,2],[3]]`)
	declare(topic, "joinBy(a: list, b: list, field: text, field_of_b?: text) -> list", "Each item of a, merged with the first item of b that has the same field. Items without one stay as they are.",
		Function{eval: joinBy}, `joinBy([{sku: "a", qty: 2}], [{sku: "a", stock: 5}], "sku")`, `[{"qty":2,"sku":"a","stock":5}]`)
	declare(topic, "min(...values: any) -> any", "The smallest of the values, or of a list; null is left out. Null for none.",
		Function{null: nullHandled, eval: extreme(-1), result: extremeType}, `min(3, 1, 2)`, `1`, `min(["b", "a"])`, `"a"`)
	declare(topic, "max(...values: any) -> any", "The largest of the values, or of a list; null is left out. Null for none.",
		Function{null: nullHandled, eval: extreme(1), result: extremeType}, `max([3, null, 7])`, `7`)
}

func length(r *run, a []any) (any, error) {
	switch v := a[0].(type) {
	case string:
		return int64(utf8.RuneCountInString(v)), r.work(len(v) / 16)
	case []any:
		return int64(len(v)), nil
	case map[string]any:
		return int64(len(v)), nil
	default:
		return int64(0), nil
	}
}

func lookup(r *run, a []any) (any, error) {
	field := a[1].(string)
	for _, item := range a[0].([]any) {
		if err := r.work(1); err != nil {
			return nil, err
		}
		object, ok := item.(map[string]any)
		if !ok {
			continue
		}
		v, ok := object[field]
		if !ok && a[2] == nil {
			continue
		}
		same, err := r.equal(plain(v), a[2], 0)
		if err != nil {
			return nil, err
		}
		if same {
			return object, nil
		}
	}
	return nil, nil
}

func first(_ *run, a []any) (any, error) {
	if list := a[0].([]any); len(list) > 0 {
		return plain(list[0]), nil
	}
	return nil, nil
}

func last(_ *run, a []any) (any, error) {
	if list := a[0].([]any); len(list) > 0 {
		return plain(list[len(list)-1]), nil
	}
	return nil, nil
}

func reverse(r *run, a []any) (any, error) {
	list := a[0].([]any)
	if err := r.growList(len(list)); err != nil {
		return nil, err
	}
	out := make([]any, len(list))
	for i, item := range list {
		out[len(list)-1-i] = item
	}
	return out, nil
}

func concatLists(r *run, a []any) (any, error) {
	n := 0
	for _, list := range a {
		items, _ := list.([]any)
		n += len(items)
	}
	if err := r.growList(n); err != nil {
		return nil, err
	}
	out := make([]any, 0, n)
	for _, list := range a {
		items, _ := list.([]any)
		out = append(out, items...)
	}
	return out, nil
}

func flatten(r *run, a []any) (any, error) {
	out := []any{}
	var add func(list []any, depth int) error
	add = func(list []any, depth int) error {
		if depth > maxValueDepth {
			return errorf(CodeLimit, "the lists nest deeper than %d levels", maxValueDepth)
		}
		if err := r.growList(2 * len(list)); err != nil {
			return err
		}
		for _, item := range list {
			if inner, ok := plain(item).([]any); ok {
				if err := add(inner, depth+1); err != nil {
					return err
				}
				continue
			}
			out = append(out, item)
		}
		return nil
	}
	err := add(a[0].([]any), 0)
	return out, err
}

// identity is a text that two values share exactly when they are equal: their
// JSON, in which 1 and 1.0 are the same.
func (r *run) identity(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return "\"" + v, r.work(len(v) / 16)
	default:
		return r.json(v)
	}
}

func unique(r *run, a []any) (any, error) {
	list := a[0].([]any)
	if err := r.growList(2 * len(list)); err != nil {
		return nil, err
	}
	seen := make(map[string]bool, min(len(list), 1024))
	out := []any{}
	for _, item := range list {
		key := plain(item)
		if a[1] != nil {
			object, ok := key.(map[string]any)
			if !ok && key != nil {
				return nil, errorf(CodeType, "unique by a field works on a list of objects, and one item is %s", describe(key))
			}
			key = plain(object[a[1].(string)])
		}
		id, err := r.identity(key)
		if err != nil {
			return nil, err
		}
		if err := r.grow(sizeElement); err != nil {
			return nil, err
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, item)
		}
	}
	return out, nil
}

func zip(r *run, a []any) (any, error) {
	x, y := a[0].([]any), a[1].([]any)
	n := max(len(x), len(y))
	if err := growProduct(r, n, sizeContainer+3*sizeElement, 0); err != nil {
		return nil, err
	}
	r.built = true
	out := make([]any, n)
	for i := range out {
		pair := make([]any, 2)
		if i < len(x) {
			pair[0] = x[i]
		}
		if i < len(y) {
			pair[1] = y[i]
		}
		out[i] = pair
	}
	return out, nil
}

func chunk(r *run, a []any) (any, error) {
	list := a[0].([]any)
	size, err := count(a[1])
	if err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, errorf(CodeValue, "the size of a chunk is at least 1")
	}
	n := (len(list) + size - 1) / size
	if err := growProduct(r, n, sizeContainer+sizeElement, 0); err != nil {
		return nil, err
	}
	r.built = true
	out := make([]any, 0, n)
	for from := 0; from < len(list); from += size {
		to := min(from+size, len(list))
		out = append(out, list[from:to:to])
	}
	return out, nil
}

func joinBy(r *run, a []any) (any, error) {
	list, other, field := a[0].([]any), a[1].([]any), a[2].(string)
	otherField := field
	if a[3] != nil {
		otherField = a[3].(string)
	}
	index, err := r.indexBy(other, otherField)
	if err != nil {
		return nil, err
	}
	if err := r.growList(len(list)); err != nil {
		return nil, err
	}
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = item
		object, ok := item.(map[string]any)
		if !ok || object[field] == nil {
			continue
		}
		id, err := r.identity(plain(object[field]))
		if err != nil {
			return nil, err
		}
		if match := index[id]; match != nil {
			if out[i], err = r.merge([]any{object, match}); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// indexBy finds objects by a field; the first of equal ones counts.
func (r *run) indexBy(list []any, field string) (map[string]map[string]any, error) {
	if err := r.growObject(len(list)); err != nil {
		return nil, err
	}
	index := make(map[string]map[string]any, len(list))
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok || object[field] == nil {
			continue
		}
		id, err := r.identity(plain(object[field]))
		if err != nil {
			return nil, err
		}
		if index[id] == nil {
			index[id] = object
		}
	}
	return index, nil
}

// extreme is min and max.
func extreme(sign int) func(*run, []any) (any, error) {
	return func(r *run, a []any) (any, error) {
		if len(a) == 1 {
			switch v := a[0].(type) {
			case []any:
				a = v
			case nil:
				return nil, nil
			}
		}
		var best any
		for _, v := range a {
			if err := r.work(1); err != nil {
				return nil, err
			}
			if v = plain(v); v == nil {
				continue
			}
			if best == nil {
				best = v
			}
			c, _, err := order(v, best)
			if err != nil {
				return nil, err
			}
			if c*sign > 0 {
				best = v
			}
		}
		return best, nil
	}
}

func extremeType(kids []*node) *Type {
	if len(kids) == 1 && kids[0].typ.kind() == List {
		return kids[0].typ.items().nullable()
	}
	if len(kids) < 2 {
		return typeAny
	}
	t := kids[0].typ
	for _, kid := range kids[1:] {
		t = join(t, kid.typ)
	}
	return t.nullable()
}
