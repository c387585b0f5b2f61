package expression

// TypeOf is the type of a plain value that is known before anything runs.
func TypeOf(value any) *Type {
	switch v := value.(type) {
	case nil:
		return &Type{Kind: Null, Nullable: true}
	case bool:
		return &Type{Kind: Boolean}
	case int64:
		return &Type{Kind: Integer}
	case float64:
		return &Type{Kind: Number}
	case string:
		return &Type{Kind: Text}
	case []any:
		return listOf(nil)
	case map[string]any:
		fields := make(map[string]*Type, len(v))
		for name, field := range v {
			fields[name] = TypeOf(field)
		}
		return &Type{Kind: Object, Fields: fields}
	default:
		return nil
	}
}
