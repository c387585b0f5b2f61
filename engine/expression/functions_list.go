package expression

import (
	"slices"
)

func init() {
	const topic = "Lists"
	declare(topic, "map(list: list, each: expression) -> list", "The result of the expression for each item. # is the item, .field its field, #index its number.",
		Function{over: mapItems, result: mapped}, `map([{sku: "a"}, {sku: "b"}], .sku)`, `["a","b"]`, `map([1, 2], {n: #, i: #index})`, `[{"i":0,"n":1},{"i":1,"n":2}]`)
	declare(topic, "filter(list: list, condition: expression) -> list", "The items for which the condition is true.",
		Function{over: filterItems, result: sameList}, `filter([1, 5, 3], # > 2)`, `[5,3]`)
	declare(topic, "find(list: list, condition: expression) -> any", "The first item for which the condition is true, or null.",
		Function{over: finder(false, false), result: itemOrNull}, `find([1, 5, 3], # > 2)`, `5`)
	declare(topic, "findLast(list: list, condition: expression) -> any", "The last item for which the condition is true, or null.",
		Function{over: finder(true, false), result: itemOrNull}, `findLast([1, 5, 3], # > 2)`, `3`)
	declare(topic, "findIndex(list: list, condition: expression) -> whole", "The number of the first item for which the condition is true, or null.",
		Function{over: finder(false, true), result: indexOrNull}, `findIndex([1, 5, 3], # > 2)`, `1`)
	declare(topic, "findLastIndex(list: list, condition: expression) -> whole", "The number of the last item for which the condition is true, or null.",
		Function{over: finder(true, true), result: indexOrNull}, `findLastIndex([1, 5, 3], # > 2)`, `2`)
	declare(topic, "all(list: list, condition: expression) -> boolean", "Whether the condition is true for every item. True for an empty list.",
		Function{over: quantifier(func(yes, n int) bool { return yes == n }, func(_, no int) bool { return no > 0 })}, `all([1, 2], # > 0)`, `true`)
	declare(topic, "any(list: list, condition: expression) -> boolean", "Whether the condition is true for at least one item.",
		Function{over: quantifier(func(yes, _ int) bool { return yes > 0 }, func(yes, _ int) bool { return yes > 0 })}, `any([1, 2], # > 1)`, `true`)
	declare(topic, "none(list: list, condition: expression) -> boolean", "Whether the condition is true for no item.",
		Function{over: quantifier(func(yes, _ int) bool { return yes == 0 }, func(yes, _ int) bool { return yes > 0 })}, `none([1, 2], # > 2)`, `true`)
	declare(topic, "one(list: list, condition: expression) -> boolean", "Whether the condition is true for exactly one item.",
		Function{over: quantifier(func(yes, _ int) bool { return yes == 1 }, func(yes, _ int) bool { return yes > 1 })}, `one([1, 2], # > 1)`, `true`)
	declare(topic, "count(list: list, condition?: expression) -> whole", "How many items there are, or for how many the condition is true.",
		Function{over: countItems}, `count([1, 2, 3])`, `3`, `count([1, 2, 3], # > 1)`, `2`)
	declare(topic, "sum(list: list, each?: expression) -> number", "The sum of the items, or of the expression for each; null is left out. Whole numbers and money stay exact.",
		Function{over: sumItems, result: summed}, `sum([1, null, 2])`, `3`, `sum([{qty: 2}, {qty: 5}], .qty)`, `7`)
	declare(topic, "groupBy(list: list, key: expression) -> object", "An object of lists: the items by the key's text.",
		Function{over: groupBy}, `groupBy([{w: "A", n: 1}, {w: "B", n: 2}, {w: "A", n: 3}], .w)`, `{"A":[{"n":1,"w":"A"},{"n":3,"w":"A"}],"B":[{"n":2,"w":"B"}]}`)
	declare(topic, "sortBy(list: list, key: expression, order?: text) -> list", `The items in order of the key, "asc" or "desc". Items of equal keys keep their order; null comes last.`,
		Function{over: sortBy, result: sameList}, `sortBy([{n: 2}, {n: 1}], .n)`, `[{"n":1},{"n":2}]`, `sortBy(["a", "c", "b"], #, "desc")`, `["c","b","a"]`)
	declare(topic, "reduce(list: list, step: expression, start?: any) -> any", "One value out of all items: the expression sees what there is so far as #acc. Without start, the first item is it.",
		Function{over: reduce}, `reduce([1, 2, 3], #acc * #, 1)`, `6`)
}

func mapItems(r *run, list []any, each *predicate, _ []any) (any, error) {
	if err := r.growList(len(list)); err != nil {
		return nil, err
	}
	out := make([]any, len(list))
	for i := range list {
		v, err := each.on(r, list, i)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func mapped(kids []*node) *Type {
	if len(kids) < 2 {
		return typeList
	}
	return listOf(kids[1].typ)
}

func filterItems(r *run, list []any, each *predicate, _ []any) (any, error) {
	out := []any{}
	for i := range list {
		yes, err := each.holds(r, list, i)
		if err != nil {
			return nil, err
		}
		if yes {
			out = append(out, list[i])
		}
	}
	return out, r.growList(len(out))
}

// sameList is the type of a function that gives some or all items of its list.
func sameList(kids []*node) *Type {
	if kids[0].typ.kind() == List {
		return kids[0].typ.certain()
	}
	return typeList
}

// finder looks from either end, for the item or its number.
func finder(backwards, index bool) func(*run, []any, *predicate, []any) (any, error) {
	return func(r *run, list []any, each *predicate, _ []any) (any, error) {
		for n := range list {
			i := n
			if backwards {
				i = len(list) - 1 - n
			}
			yes, err := each.holds(r, list, i)
			switch {
			case err != nil:
				return nil, err
			case yes && index:
				return int64(i), nil
			case yes:
				return plain(list[i]), nil
			}
		}
		return nil, nil
	}
}

func itemOrNull(kids []*node) *Type {
	if kids[0].typ.kind() == List {
		return kids[0].typ.items().nullable()
	}
	return typeAny
}

func indexOrNull([]*node) *Type { return typeInteger.nullable() }

// quantifier counts how often a condition holds, until that is enough to know.
func quantifier(answer func(yes, n int) bool, enough func(yes, no int) bool) func(*run, []any, *predicate, []any) (any, error) {
	return func(r *run, list []any, each *predicate, _ []any) (any, error) {
		yes := 0
		for i := range list {
			holds, err := each.holds(r, list, i)
			if err != nil {
				return nil, err
			}
			if holds {
				yes++
			}
			if enough(yes, i+1-yes) {
				break
			}
		}
		return answer(yes, len(list)), nil
	}
}

func countItems(r *run, list []any, each *predicate, _ []any) (any, error) {
	if each == nil {
		return int64(len(list)), nil
	}
	n := int64(0)
	for i := range list {
		yes, err := each.holds(r, list, i)
		if err != nil {
			return nil, err
		}
		if yes {
			n++
		}
	}
	return n, nil
}

func sumItems(r *run, list []any, each *predicate, _ []any) (any, error) {
	if each == nil {
		sum, _, err := r.total(list)
		return sum, err
	}
	var sum any = int64(0)
	for i := range list {
		v, err := each.on(r, list, i)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		if sum, err = addTo(sum, v, i); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

func summed(kids []*node) *Type {
	item := typeAny
	switch {
	case len(kids) > 1:
		item = kids[1].typ
	case kids[0].typ.kind() == List:
		item = kids[0].typ.items()
	}
	if item.kind() == Integer {
		return typeInteger
	}
	return typeNumber
}

func groupBy(r *run, list []any, each *predicate, _ []any) (any, error) {
	groups := map[string][]any{}
	for i := range list {
		v, err := each.on(r, list, i)
		if err != nil {
			return nil, err
		}
		key, err := r.text(v)
		if err != nil {
			return nil, err
		}
		if err := r.grow(2 * sizeElement); err != nil {
			return nil, err
		}
		groups[key] = append(groups[key], list[i])
	}
	if err := r.growObject(len(groups)); err != nil {
		return nil, err
	}
	out := make(map[string]any, len(groups))
	for key, items := range groups {
		out[key] = items
	}
	return out, nil
}

func sortBy(r *run, list []any, each *predicate, rest []any) (any, error) {
	descending, err := sortOrder(rest)
	if err != nil {
		return nil, err
	}
	if err := r.growList(3 * len(list)); err != nil {
		return nil, err
	}
	sorted := make([]keyedItem, len(list))
	for i := range list {
		key, err := each.on(r, list, i)
		if err != nil {
			return nil, err
		}
		sorted[i] = keyedItem{key: key, item: list[i]}
	}
	if err := r.sort(sorted, descending); err != nil {
		return nil, err
	}
	out := make([]any, len(sorted))
	for i, s := range sorted {
		out[i] = s.item
	}
	return out, nil
}

type keyedItem struct{ key, item any }

func sortOrder(rest []any) (descending bool, err error) {
	if len(rest) == 0 || rest[0] == nil {
		return false, nil
	}
	switch rest[0] {
	case "asc":
		return false, nil
	case "desc":
		return true, nil
	}
	return false, errorf(CodeValue, `the order is "asc" or "desc", and this is %s`, describe(rest[0]))
}

// sort orders items by their keys, null last, and keeps the order of equals.
func (r *run) sort(items []keyedItem, descending bool) error {
	var failure error
	slices.SortStableFunc(items, func(a, b keyedItem) int {
		if failure != nil {
			return 0
		}
		c, err := r.compareKeys(a.key, b.key, descending)
		if err != nil {
			failure = err
		}
		return c
	})
	return failure
}

func (r *run) compareKeys(a, b any, descending bool) (int, error) {
	if err := r.work(1); err != nil {
		return 0, err
	}
	switch {
	case a == nil && b == nil:
		return 0, nil
	case a == nil:
		return 1, nil
	case b == nil:
		return -1, nil
	}
	var c int
	x, okX := a.(bool)
	y, okY := b.(bool)
	if okX && okY {
		c = boolRank(x) - boolRank(y)
	} else {
		var err error
		if c, _, err = order(a, b); err != nil {
			return 0, err
		}
	}
	if s, ok := a.(string); ok {
		if err := r.work(min(len(s), len(b.(string))) / 16); err != nil {
			return 0, err
		}
	}
	if descending {
		c = -c
	}
	return c, nil
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

func reduce(r *run, list []any, each *predicate, rest []any) (any, error) {
	var acc any
	from := 0
	switch {
	case len(rest) > 0:
		acc = rest[0]
	case len(list) == 0:
		return nil, nil
	default:
		acc, from = plain(list[0]), 1
	}
	for i := from; i < len(list); i++ {
		r.item.acc = acc
		v, err := each.on(r, list, i)
		if err != nil {
			return nil, err
		}
		acc = v
	}
	return acc, nil
}
