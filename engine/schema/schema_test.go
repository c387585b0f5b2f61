package schema_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"redial/engine/flow"
	"redial/engine/schema"
)

func decode(t testing.TB, text string) any {
	t.Helper()
	value, err := flow.DecodeJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

func compile(t testing.TB, text string) *schema.Schema {
	t.Helper()
	compiled, err := schema.Compile(decode(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return compiled
}

// TestValidate lists each rule with the words that a caller reads. Violations
// are written as "pointer: detail".
func TestValidate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		schema, value string
		want          []string
	}{
		{`true`, `{}`, nil},
		{`{}`, `null`, nil},
		{`false`, `1`, []string{": is not allowed here"}},

		{`{"type":"object","required":["sku","quantity"]}`, `{}`, []string{"/sku: sku is required", "/quantity: quantity is required"}},
		{`{"type":"object","required":["sku"]}`, `[]`, []string{": must be object, is array"}},
		{`{"type":["string","null"]}`, `1.5`, []string{": must be string or null, is number"}},
		{`{"type":["string","number","null"]}`, `true`, []string{": must be number, string or null, is boolean"}},
		{`{"type":"integer"}`, `9007199254740993`, nil},
		{`{"type":"integer"}`, `1.0`, nil},
		{`{"type":"integer"}`, `1.5`, []string{": must be integer, is number"}},
		{`{"type":"number"}`, `1`, nil},

		{`{"minimum":1}`, `0`, []string{": must be at least 1, is 0"}},
		{`{"minimum":1}`, `"text is no number"`, nil},
		{`{"minimum":0.5,"maximum":2}`, `0.25`, []string{": must be at least 0.5, is 0.25"}},
		{`{"maximum":9007199254740992}`, `9007199254740993`, []string{": must be at most 9007199254740992, is 9007199254740993"}},
		{`{"exclusiveMinimum":0}`, `0`, []string{": must be more than 0, is 0"}},
		{`{"exclusiveMaximum":1}`, `1.0`, []string{": must be less than 1, is 1"}},
		{`{"multipleOf":0.01}`, `0.07`, nil},
		{`{"multipleOf":0.01}`, `0.075`, []string{": must be a multiple of 0.01, is 0.075"}},
		{`{"multipleOf":5}`, `7`, []string{": must be a multiple of 5, is 7"}},

		{`{"const":1}`, `1.0`, nil},
		{`{"const":9007199254740993}`, `9007199254740992`, []string{": must be 9007199254740993"}},
		{`{"const":null}`, `0`, []string{": must be null"}},
		{`{"enum":["a","b",3]}`, `"c"`, []string{`: must be one of "a", "b", 3`}},
		{`{"enum":[{"a":[1]}]}`, `{"a":[1.0]}`, nil},
		{`{"enum":["a","b"],"const":"b"}`, `"a"`, []string{`: must be "b"`}},

		{`{"minLength":1}`, `""`, []string{": must not be empty"}},
		{`{"minLength":3}`, `"äö"`, []string{": must have at least 3 characters, has 2"}},
		{`{"maxLength":1}`, `"äö"`, []string{": must have at most 1 character, has 2"}},
		{`{"pattern":"^[A-Z]+-[0-9]+$"}`, `"A-1"`, nil},
		{`{"pattern":"^[A-Z]+-[0-9]+$"}`, `"x"`, []string{": must match the pattern ^[A-Z]+-[0-9]+$"}},
		{`{"format":"email"}`, `"a@example.com"`, nil},
		{`{"format":"email"}`, `"a"`, []string{": must be an email address"}},
		{`{"format":"mailbox"}`, `"a@example.com"`, nil},
		{`{"format":"mailbox"}`, `"Größe, \"Ada\" <a@example.com>"`, []string{": must be an email address, or Name <address>"}},
		{`{"format":"mailbox"}`, `"Größe <a@example.com>"`, nil},
		{`{"format":"mailbox"}`, `"Ada"`, []string{": must be an email address, or Name <address>"}},
		{`{"format":"mailbox"}`, `"a@example.com, b@example.com"`, []string{": must be an email address, or Name <address>"}},
		{`{"format":"mailbox"}`, `7`, nil},
		{`{"format":"date-time"}`, `"yesterday"`, []string{": must be a date and time such as 2026-01-31T09:30:00Z"}},
		{`{"format":"semver"}`, `"x"`, []string{": must be in the format semver"}},
		{`{"format":"unheard of"}`, `"x"`, nil},

		{`{"properties":{"a":{"type":"string"},"b":{"minimum":1}}}`, `{"b":0,"a":1}`, []string{"/a: must be string, is integer", "/b: must be at least 1, is 0"}},
		{`{"properties":{"a/b~c":{"type":"string"}}}`, `{"a/b~c":1}`, []string{"/a~1b~0c: must be string, is integer"}},
		{`{"properties":{"a":true},"additionalProperties":false}`, `{"z":1,"a":1,"b":1}`, []string{"/b: b is not a field that is known here", "/z: z is not a field that is known here"}},
		{`{"properties":{"a":true},"additionalProperties":{"type":"string"}}`, `{"a":1,"b":1}`, []string{"/b: must be string, is integer"}},
		{`{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}`, `{"x-a":1,"y":1}`, []string{"/x-a: must be string, is integer", "/y: y is not a field that is known here"}},
		{`{"propertyNames":{"maxLength":2}}`, `{"abc":1}`, []string{"/abc: has a name that is not allowed"}},
		{`{"minProperties":1}`, `{}`, []string{": must have at least 1 field, has 0"}},
		{`{"maxProperties":1}`, `{"a":1,"b":1}`, []string{": must have at most 1 field, has 2"}},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, []string{"/b: b is required where a is given"}},
		{`{"dependentSchemas":{"a":{"properties":{"b":{"type":"string"}}}}}`, `{"a":1,"b":1}`, []string{"/b: must be string, is integer"}},
		{`{"dependencies":{"a":["b"]}}`, `{"a":1}`, []string{"/b: b is required where a is given"}},

		{`{"items":{"type":"integer"}}`, `[1,"x",2,"y"]`, []string{"/1: must be integer, is string", "/3: must be integer, is string"}},
		{`{"prefixItems":[{"type":"string"}],"items":false}`, `["a",1]`, []string{"/1: is not allowed here"}},
		{`{"minItems":1}`, `[]`, []string{": must have at least 1 item, has 0"}},
		{`{"maxItems":1}`, `[1,2]`, []string{": must have at most 1 item, has 2"}},
		{`{"uniqueItems":true}`, `[1,{"a":1},"1",{"a":1.0}]`, []string{": must not have the same item twice; items 1 and 3 are equal"}},
		{`{"uniqueItems":true}`, `[0,false,null,"",[],{},[[]],{"a":null}]`, nil},
		{`{"contains":{"type":"string"}}`, `[1]`, []string{": must have at least 1 item of a certain kind, has 0"}},
		{`{"contains":{"type":"string"},"minContains":0,"maxContains":1}`, `["a","b"]`, []string{": must have at most 1 item of a certain kind, has 2"}},

		{`{"allOf":[{"minimum":1},{"multipleOf":2}]}`, `-1`, []string{": must be at least 1, is -1", ": must be a multiple of 2, is -1"}},
		{`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `1`, []string{": must be string or null, is integer"}},
		{`{"anyOf":[{"type":"object","required":["a"]},{"type":"null"}]}`, `{}`, []string{"/a: a is required"}},
		{`{"anyOf":[{"required":["a"]},{"required":["b"]}]}`, `{}`, []string{": fits none of the 2 forms that are allowed"}},
		{`{"oneOf":[{"minimum":1},{"minimum":2}]}`, `3`, []string{": fits more than one of the forms that are allowed, and must fit exactly one"}},
		{`{"oneOf":[{"$ref":"#/$defs/a"},{"type":"null"}],"$defs":{"a":{"type":"integer","minimum":1}}}`, `0`, []string{": must be at least 1, is 0"}},
		{`{"not":{"type":"null"}}`, `null`, []string{": is of a kind that is not allowed here"}},
		{`{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}`, `{"a":1}`, []string{"/b: b is required"}},
		{`{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}`, `{"a":2}`, []string{"/c: c is required"}},

		{`{"$defs":{"tree":{"properties":{"sub":{"items":{"$ref":"#/$defs/tree"}},"n":{"type":"integer"}}}},"$ref":"#/$defs/tree"}`,
			`{"sub":[{"n":1},{"sub":[{"n":"x"}]}]}`, []string{"/sub/1/sub/0/n: must be integer, is string"}},
		{`{"$id":"https://example.com/order","$defs":{"a":{"$anchor":"amount","minimum":1}},"properties":{"x":{"$ref":"#amount"},"y":{"$ref":"order#/$defs/a"}}}`,
			`{"x":0,"y":0}`, []string{"/x: must be at least 1, is 0", "/y: must be at least 1, is 0"}},

		{`{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}`, `{"a":1,"b":2}`, []string{"/b: is not allowed here"}},
		{`{"anyOf":[{"required":["a"],"properties":{"a":true}},{"properties":{"b":true}}],"unevaluatedProperties":false}`, `{"a":1,"b":2}`, nil},
		{`{"allOf":[{"properties":{"a":true}},{"unevaluatedProperties":false}]}`, `{"a":1}`, []string{"/a: is not allowed here"}},
		{`{"prefixItems":[true],"contains":{"const":3},"unevaluatedItems":{"type":"string"}}`, `[1,"a",3,2]`, []string{"/3: must be string, is integer"}},
	} {
		t.Run(c.schema+" "+c.value, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, v := range compile(t, c.schema).Validate(decode(t, c.value)) {
				got = append(got, v.Pointer+": "+v.Detail)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestCompileFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schema, want string }{
		{`1`, "a schema is an object, or true or false"},
		{`null`, "a schema is an object, or true or false"},
		{`{"type":"text"}`, `at /type: must be one of "array", "boolean", "integer", "null", "number", "object", "string"`},
		{`{"properties":{"a":{"type":"txt"}}}`, `at /properties/a/type: must be one of "array"`},
		{`{"properties":{"a":{"minimum":"1"}}}`, "at /properties/a/minimum: must be number, is string"},
		{`{"required":"sku"}`, "at /required: must be array, is string"},
		{`{"items":[{}]}`, "at /items: must be boolean or object, is array"},
		{`{"properties":{"a":{"pattern":"(?=x)"}}}`, `at /properties/a/pattern: the pattern "(?=x)" cannot be used: error parsing regexp: invalid or unsupported Perl syntax`},
		{`{"patternProperties":{"(":true}}`, `at /patternProperties: the pattern "(" cannot be used`},
		{`{"pattern":"((((a{100}){10}b{100}){10}"}`, `cannot be used`},
		{`{"pattern":"[a-z]{1000}[a-z]{1000}[^a]{1000}(abcdefghijklmnopqrstuvwxyz){900}"}`, `the pattern is too large`},
		{`{"$ref":"#/$defs/none"}`, `the reference to "#/$defs/none" leads nowhere in the schema`},
		{`{"$ref":"#none"}`, `none`},
		{`{"$ref":"other.json"}`, `"other.json" is outside of the schema; references stay within it`},
		{`{"$ref":"https://example.com/a.json"}`, `"https://example.com/a.json" is outside of the schema`},
		{`{"$ref":"file:///etc/passwd"}`, `"file:///etc/passwd" is outside of the schema`},
		{`{"$schema":"https://example.com/mine"}`, `"https://example.com/mine" is outside of the schema`},
		{`{"$schema":"http://json-schema.org/draft-07/schema#"}`, "only draft 2020-12 is taken"},
		{`{"$dynamicRef":"#a","$dynamicAnchor":"a"}`, "$dynamicRef and $recursiveRef are not taken"},
		{`{"$ref":"#"}`, "refers to itself for the same value, which never ends"},
		{`{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}`, "refers to itself for the same value"},
		{`{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}`, "x"},
		{strings.Repeat(`{"not":`, 70) + `{}` + strings.Repeat(`}`, 70), "nested more than 64 levels deep"},
		{`{"enum":[` + strings.Repeat("1,", 20_000) + `1]}`, "more than 20000 values"},
		{chain(200), "more than 100 schemas apply one through the other"},
	} {
		t.Run(c.schema[:min(len(c.schema), 60)], func(t *testing.T) {
			t.Parallel()
			compiled, err := schema.Compile(decode(t, c.schema))
			if err == nil || compiled != nil {
				t.Fatalf("compiled; want the error %q", c.want)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error says %q; want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "schema.invalid") {
				t.Errorf("the error %q shows the address of the schema", err)
			}
		})
	}
}

// chain is a schema where one definition refers to the next.
func chain(length int) string {
	var out strings.Builder
	out.WriteString(`{"$ref":"#/$defs/d0","$defs":{`)
	for i := range length {
		fmt.Fprintf(&out, `"d%d":{"$ref":"#/$defs/d%d"},`, i, i+1)
	}
	fmt.Fprintf(&out, `"d%d":{}}}`, length)
	return out.String()
}

func TestCompileRefusesOtherThanJSON(t *testing.T) {
	t.Parallel()
	_, err := schema.Compile(map[string]any{"default": []any{struct{}{}}})
	if err == nil || err.Error() != "at /default/0: is not a plain JSON value" {
		t.Errorf("error %v", err)
	}
}

func TestViolationsAreBounded(t *testing.T) {
	t.Parallel()
	list := make([]any, 1_000_000)
	for i := range list {
		list[i] = int64(i)
	}
	violations := compile(t, `{"items":{"type":"string"}}`).Validate(list)
	if len(violations) != schema.MaxViolations || violations[99].Pointer != "/99" {
		t.Errorf("%d violations, the last is %v", len(violations), violations[len(violations)-1])
	}
}

func TestPointersAreBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1_000_000)
	value := map[string]any{"a": map[string]any{long: int64(1)}}
	violations := compile(t, `{"properties":{"a":{"additionalProperties":false}}}`).Validate(value)
	if len(violations) != 1 || violations[0].Pointer != "/a" || len(violations[0].Detail) > 200 {
		t.Errorf("got %.300v", violations)
	}
}

// What is kept of violations has nothing of the value in it.
func TestPlacesAndRulesAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	const rules = `{"properties":{
		"items":{"items":{"properties":{"sku":{"type":"string"},"left":{"maximum":5}},"additionalProperties":false}},
		"more":{"additionalProperties":{"type":"string"},"propertyNames":{"maxLength":3}}
	},"required":["a/b"],"dependentRequired":{"items":["until"]},"patternProperties":{"^x-":{"type":"string"}}}`
	value := map[string]any{
		"items": []any{map[string]any{"sku": int64(1)}, map[string]any{"left": int64(4711), "hunter2": true}},
		"more":  map[string]any{"hunter3": int64(1)}, "x-hunter4": int64(2),
	}
	var got []string
	for _, v := range compile(t, rules).Validate(value) {
		got = append(got, v.Place+": "+v.Rule)
	}
	want := []string{
		"/a~1b: a/b is required", "/until: until is required where items is given",
		"/items/*/sku: must be string, is integer", "/items/*/left: must be at most 5", "/items/*/*: is not a field that is known here",
		"/more/*: has a name that is not allowed", "/more/*: must be string, is integer", "/*: must be string, is integer",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestCostIsBounded holds down what would take hours or all memory.
func TestCostIsBounded(t *testing.T) {
	t.Parallel()
	deep := any("end")
	for range 400 {
		deep = map[string]any{"x": deep}
	}
	for _, c := range []struct {
		name, schema string
		value        any
	}{
		{"doubling at every level", `{"$defs":{"a":{"properties":{"x":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}}}},"$ref":"#/$defs/a"}`, deep},
		{"doubling in place", doubling(40), int64(1)},
		{"pattern times text", `{"pattern":"(a?){900}b"}`, strings.Repeat("a", 5_000_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			violations := compile(t, c.schema).Validate(c.value)
			if len(violations) == 0 || violations[len(violations)-1].Detail != "is too large to be checked against the schema" {
				t.Errorf("got %v", violations)
			}
		})
	}
}

func doubling(levels int) string {
	var out strings.Builder
	out.WriteString(`{"$ref":"#/$defs/d0","$defs":{`)
	for i := range levels {
		fmt.Fprintf(&out, `"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]},`, i, i+1, i+1)
	}
	fmt.Fprintf(&out, `"d%d":{}}}`, levels)
	return out.String()
}

func TestLargeUniqueList(t *testing.T) {
	t.Parallel()
	list := make([]any, 300_000)
	for i := range list {
		list[i] = map[string]any{"id": int64(i)}
	}
	compiled := compile(t, `{"uniqueItems":true}`)
	if violations := compiled.Validate(list); violations != nil {
		t.Errorf("got %v", violations)
	}
	list[299_999] = map[string]any{"id": 7.0}
	want := "must not have the same item twice; items 7 and 299999 are equal"
	if violations := compiled.Validate(list); len(violations) != 1 || violations[0].Detail != want {
		t.Errorf("got %v; want %q", violations, want)
	}
}

func BenchmarkValidate(b *testing.B) {
	compiled := compile(b, `{"type":"object","required":["orderId","lines"],"properties":{"orderId":{"type":"string","pattern":"^[A-Z]+-[0-9]+$"},
		"lines":{"type":"array","minItems":1,"items":{"type":"object","required":["sku","quantity"],"properties":{
		"sku":{"type":"string","minLength":1},"quantity":{"type":"integer","minimum":1},"price":{"type":"number","multipleOf":0.01}}}}}}`)
	lines := make([]any, 100)
	for i := range lines {
		lines[i] = map[string]any{"sku": "A-1", "quantity": int64(i + 1), "price": 9.5}
	}
	value := map[string]any{"orderId": "A-1", "lines": lines}
	b.ReportAllocs()
	for b.Loop() {
		if violations := compiled.Validate(value); violations != nil {
			b.Fatal(violations)
		}
	}
}
