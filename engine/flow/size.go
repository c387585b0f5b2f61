package flow

// MaxOutputDepth is how deeply the values may be nested that steps take in and put
// out. More could be written, but not be read back.
const MaxOutputDepth = 1_000

// Size is about how many bytes a plain value has as JSON, exact but for characters
// that are escaped, and how deeply it is nested; a value without parts has the
// depth 0.
func Size(value any) (bytes int64, depth int) {
	switch v := value.(type) {
	case nil, bool:
		return 4, 0
	case string:
		return int64(len(v)) + 2, 0
	case int64:
		return digits(v), 0
	case []any:
		bytes = 2
		for _, item := range v {
			size, below := Size(item)
			bytes, depth = bytes+size+1, max(depth, below)
		}
		return bytes, depth + 1
	case map[string]any:
		bytes = 2
		for name, field := range v {
			size, below := Size(field)
			bytes, depth = bytes+int64(len(name))+4+size, max(depth, below)
		}
		return bytes, depth + 1
	case Object:
		bytes = 2
		for _, field := range v {
			size, below := Size(field.Value)
			bytes, depth = bytes+int64(len(field.Name))+4+size, max(depth, below)
		}
		return bytes, depth + 1
	default:
		return 16, 0 // a double, or so
	}
}

// digits is how long an integer is.
func digits(n int64) int64 {
	length := int64(1)
	if n < 0 {
		length++
	}
	for n /= 10; n != 0; n /= 10 {
		length++
	}
	return length
}
