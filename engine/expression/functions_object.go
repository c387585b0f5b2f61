package expression

func init() {
	const topic = "Objects"
	declare(topic, "keys(object: object) -> list", "The names of the fields, in order of the alphabet.", Function{eval: keys, result: textList}, `keys({b: 1, a: 2})`, `["a","b"]`)
	declare(topic, "values(object: object) -> list", "The values of the fields, in the order of keys.", Function{eval: values}, `values({b: 1, a: 2})`, `[2,1]`)
	declare(topic, "entries(object: object) -> list", "The fields as a list of {key, value}, in the order of keys.",
		Function{eval: entries, result: func([]*node) *Type {
			return listOf(&Type{Kind: Object, Fields: map[string]*Type{"key": typeText, "value": typeAny}})
		}}, `entries({a: 1})`, `[{"key":"a","value":1}]`)
	declare(topic, "fromEntries(list: list) -> object", "The object of a list of {key, value}, or of pairs [key, value]. Of equal keys the last one counts.",
		Function{eval: fromEntries}, `fromEntries([{key: "a", value: 1}])`, `{"a":1}`, `fromEntries(zip(["a", "b"], [1, 2]))`, `{"a":1,"b":2}`)
	declare(topic, "merge(...objects: object) -> object", "One object of the fields of all; where several have a field, the last one counts.",
		Function{eval: func(r *run, a []any) (any, error) { return r.merge(a) }, result: merged}, `merge({a: 1, b: 1}, {b: 2}, null)`, `{"a":1,"b":2}`)
	declare(topic, "pick(object: object, ...fields: text|list) -> object", "Only the named fields, as far as they are there.", Function{eval: pick(true)}, `pick({a: 1, b: 2, c: 3}, "a", "c")`, `{"a":1,"c":3}`)
	declare(topic, "omit(object: object, ...fields: text|list) -> object", "All fields but the named ones.", Function{eval: pick(false)}, `omit({a: 1, b: 2}, "b")`, `{"a":1}`)
	declare(topic, "compact(x: list|object) -> any", "Without the items or fields that are null.", Function{eval: compact, result: func(a []*node) *Type { return a[0].typ }}, `compact({a: 1, b: null})`, `{"a":1}`, `compact([1, null])`, `[1]`)
	declare(topic, "toJSON(x: any) -> text", "The value as compact JSON, its keys in order.", Function{null: nullHandled, eval: func(r *run, a []any) (any, error) { return r.json(a[0]) }}, `toJSON({b: 1, a: "<"})`, `"{\"a\":\"<\",\"b\":1}"`)
	declare(topic, "fromJSON(text: text) -> any", "The value that a JSON text holds. Whole numbers stay exact.", Function{eval: fromJSON}, `fromJSON("{\"a\": [1, 2.5]}").a`, `[1,2.5]`)
}

func keys(r *run, a []any) (any, error) {
	object := a[0].(map[string]any)
	if err := r.growList(2 * len(object)); err != nil {
		return nil, err
	}
	list := make([]any, 0, len(object))
	for _, key := range sortedKeys(object) {
		list = append(list, key)
	}
	return list, nil
}

func values(r *run, a []any) (any, error) {
	object := a[0].(map[string]any)
	if err := r.growList(2 * len(object)); err != nil {
		return nil, err
	}
	list := make([]any, 0, len(object))
	for _, key := range sortedKeys(object) {
		list = append(list, object[key])
	}
	return list, nil
}

func entries(r *run, a []any) (any, error) {
	object := a[0].(map[string]any)
	if err := growProduct(r, len(object), sizeContainer+3*sizeEntry, 0); err != nil {
		return nil, err
	}
	r.built = true
	list := make([]any, 0, len(object))
	for _, key := range sortedKeys(object) {
		list = append(list, map[string]any{"key": key, "value": object[key]})
	}
	return list, nil
}

func fromEntries(r *run, a []any) (any, error) {
	list := a[0].([]any)
	if err := r.growObject(len(list)); err != nil {
		return nil, err
	}
	object := make(map[string]any, len(list))
	for i, item := range list {
		var key, value any
		switch v := item.(type) {
		case map[string]any:
			key, value = v["key"], v["value"]
		case []any:
			if len(v) == 2 {
				key, value = v[0], v[1]
			}
		}
		name, err := r.entryName(plain(key), i)
		if err != nil {
			return nil, err
		}
		object[name] = value
	}
	return object, nil
}

func (r *run) entryName(key any, i int) (string, error) {
	switch kindOf(key) {
	case Text, Integer, Number, Boolean:
		return r.text(key)
	default:
		return "", errorf(CodeType, "fromEntries takes a list of {key, value} or of pairs, and item %d has no key", i)
	}
}

func (r *run) merge(objects []any) (any, error) {
	n := 0
	for _, o := range objects {
		object, _ := o.(map[string]any)
		n += len(object)
	}
	if err := r.growObject(n); err != nil {
		return nil, err
	}
	out := make(map[string]any, min(n, 1024))
	for _, o := range objects {
		object, _ := o.(map[string]any)
		for key, v := range object {
			out[key] = v
		}
	}
	return out, nil
}

func merged(kids []*node) *Type {
	t := &Type{Kind: Object, Fields: map[string]*Type{}}
	for _, kid := range kids {
		if kid.typ.kind() != Object || kid.typ.Nullable {
			return typeObject
		}
		t.Open = t.Open || kid.typ.Open
		for name, f := range kid.typ.Fields {
			t.Fields[name] = f
		}
	}
	return built(t)
}

func pick(keep bool) func(*run, []any) (any, error) {
	return func(r *run, a []any) (any, error) {
		object := a[0].(map[string]any)
		names, err := r.fieldNames(a[1:])
		if err != nil {
			return nil, err
		}
		if err := r.growObject(len(object)); err != nil {
			return nil, err
		}
		out := map[string]any{}
		for key, v := range object {
			if names[key] == keep {
				out[key] = v
			}
		}
		return out, nil
	}
}

// fieldNames reads names given one by one or as lists.
func (r *run) fieldNames(args []any) (map[string]bool, error) {
	names := map[string]bool{}
	for _, arg := range args {
		list, ok := arg.([]any)
		if !ok {
			list = []any{arg}
		}
		if err := r.growObject(len(list)); err != nil {
			return nil, err
		}
		for _, name := range list {
			switch name := name.(type) {
			case string:
				names[name] = true
			case nil:
			default:
				return nil, errorf(CodeType, "a field's name is text, and this is %s", describe(plain(name)))
			}
		}
	}
	return names, nil
}

func compact(r *run, a []any) (any, error) {
	switch v := a[0].(type) {
	case []any:
		if err := r.growList(len(v)); err != nil {
			return nil, err
		}
		out := make([]any, 0, len(v))
		for _, item := range v {
			if item != nil {
				out = append(out, item)
			}
		}
		return out, nil
	case map[string]any:
		if err := r.growObject(len(v)); err != nil {
			return nil, err
		}
		out := make(map[string]any, len(v))
		for key, item := range v {
			if item != nil {
				out[key] = item
			}
		}
		return out, nil
	default:
		return nil, nil
	}
}

func fromJSON(r *run, a []any) (any, error) {
	s := a[0].(string)
	if err := r.work(len(s) / 16); err != nil {
		return nil, err
	}
	if err := r.grow(decodedSize(s)); err != nil {
		return nil, err
	}
	v, err := DecodeJSON([]byte(s))
	if err != nil {
		return nil, errorf(CodeValue, "fromJSON: %s; the text is %s", err, describe(s))
	}
	return v, nil
}
