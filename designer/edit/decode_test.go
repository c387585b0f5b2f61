package edit_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"redial/designer/edit"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, c := range []struct{ data, part string }{
		{``, "the JSON ends too early"},
		{`{}`, "the operations are a list"},
		{`[{"op":"remove"`, "cannot be read"},
		{`[] []`, "there is more text"},
		{`[1]`, "operation 1 is no object"},
		{`[{"op":"__proto__"}]`, `there is no operation "__proto__"`},
		{`[{"op":"remove","steps":["a"]},{"op":"remove","steps":[1]}]`, "operation 2: steps has to be text"},
		{`[{"op":"remove","steps":[]}]`, "steps has to be a list of step IDs"},
		{`[{"op":"remove","steps":["a"],"heal":"yes"}]`, "heal has to be true or false"},
		{`[{"op":"add"}]`, "uses is missing"},
		{`[{"op":"add","uses":"http","with":[]}]`, "with has to be an object"},
		{`[{"op":"add","uses":"http","colour":"red"}]`, `add has no field "colour"`},
		{`[{"op":"add","uses":"http","at":[1]}]`, "at has to be two numbers"},
		{`[{"op":"add","uses":"http","at":["1",2]}]`, "at has to be two numbers"},
		{`[{"op":"add","uses":"http","after":{"step":"a","to":"b"}}]`, `after: there is no field "to"`},
		{`[{"op":"add","uses":"http","into":{"from":"a"}}]`, "into: to is missing"},
		{`[{"op":"add","uses":"http","after":{"step":5}}]`, "after: step has to be text"},
		{`[{"op":"set","path":"name"}]`, "value is missing"},
		{`[{"op":"set","path":"name","value":1e999}]`, "beyond the range of a double"},
		{`[{"op":"set","path":"name","value":` + deep + `}]`, "nested too deeply"},
		{`[{"op":"set","path":"name","value":{"a":1,"a":2}}]`, `the field "a" is there twice`},
		{`[{"op":"insert","path":"name","value":1,"index":-1}]`, "index has to be a whole number"},
		{`[{"op":"insert","path":"name","value":1,"index":1.5}]`, "index has to be a whole number"},
		{`[{"op":"shift","path":"name","from":0}]`, "to has to be a whole number"},
		{`[{"op":"move","steps":{}}]`, "steps has to say where steps go"},
		{`[{"op":"connect","from":"` + strings.Repeat("a", 201) + `","to":"b"}]`, "from has 201 bytes; at most 200"},
		{`[{"op":"set","value":1,"path":"` + strings.Repeat("a", 4097) + `"}]`, "path has 4097 bytes"},
		{`[` + strings.Repeat(`{"op":"tidy"},`, 1000) + `{"op":"tidy"}]`, "the edit has 1001 operations"},
		{strings.Repeat(" ", edit.MaxBytes+1), "bytes; at most"},
	} {
		operations, err := edit.Decode([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%.80s: got %d operations and error %v, want %q", c.data, len(operations), err, c.part)
		}
	}
}

func TestDecodeKeepsValuesExact(t *testing.T) {
	t.Parallel()
	operations, err := edit.Decode([]byte(`[{"op":"set","path":"config.a","value":{"z":9007199254740993,"a":2.0,"m":[null,-0.0]}}]`))
	if err != nil {
		t.Fatal(err)
	}
	set, _ := operations[0].(*edit.Set)
	want := flow.Object{{Name: "z", Value: int64(9007199254740993)}, {Name: "a", Value: 2.0}, {Name: "m", Value: []any{nil, math.Copysign(0, -1)}}}
	if set == nil || !same(set.Value, want) {
		t.Errorf("got %#v", operations[0])
	}
}

// refused applies operations that must not be possible.
func refused(t *testing.T, tree flow.Object, part string, operations ...edit.Operation) {
	t.Helper()
	_, err := edit.Apply(tree, operations, options())
	var why *edit.Refused
	if !errors.As(err, &why) || !strings.Contains(why.Message, part) {
		t.Errorf("got error %v, want %q", err, part)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	small := read(t, []byte("redial: 1\nslug: a\ntrigger: {uses: manual}\nsteps: {a: {uses: http}}\n"))
	full := large(t, flow.MaxSteps)
	long := strings.Repeat("ä", flow.MaxFileBytes/2)
	var deep any
	for range flow.MaxNesting - 3 {
		deep = []any{deep}
	}
	refused(t, small, "at most 1000", make([]edit.Operation, 1001)...)
	refused(t, full, "more than 1,000 steps", &edit.Add{Uses: "http"})
	refused(t, full, "more than 1,000 steps", &edit.Duplicate{Steps: []string{"s1"}})
	refused(t, full, "more than 1,000 steps", &edit.Paste{Text: "steps: {a: {uses: http}}"})
	refused(t, small, "larger than 1 MiB", &edit.Set{Step: "a", Path: "with.body", Value: long})
	refused(t, small, "larger than 1 MiB", &edit.Set{Step: "a", Path: "with.body", Value: strings.Repeat("\x01", flow.MaxFileBytes/3)})
	refused(t, small, "larger than 1 MiB", &edit.Set{Step: "a", Path: "with.body", Value: long[:700_000]}, &edit.Duplicate{Steps: []string{"a"}})
	refused(t, small, "nested more than 64 levels", &edit.Set{Step: "a", Path: "with.body", Value: deep})
	refused(t, small, "leads too deep", &edit.Set{Step: "a", Path: "with" + strings.Repeat(".a", 100), Value: nil})
	refused(t, small, "position", &edit.Move{Steps: []edit.Placed{{Step: "a", At: flow.Position{X: math.NaN()}}}})
	refused(t, small, "no step", &edit.Move{Steps: []edit.Placed{{Step: "b"}}})

	var doubling []edit.Operation
	ids := []string{"a"}
	for range 20 {
		doubling = append(doubling, &edit.Duplicate{Steps: ids})
	}
	if _, err := edit.Apply(small, doubling, options()); err != nil {
		t.Errorf("twenty copies: %v", err)
	}
	renames := make([]edit.Operation, 1000)
	for i := range renames {
		renames[i] = &edit.Rename{Step: fmt.Sprintf("s%d", i), ID: fmt.Sprintf("r%d", i)}
	}
	refused(t, full, "too much to do at once", renames...)
}

func TestHostileNamesAreJustNames(t *testing.T) {
	t.Parallel()
	tree := read(t, []byte("redial: 1\nslug: a\ntrigger: {uses: manual}\n"))
	for _, name := range []string{"__proto__", "constructor", "\x00", "\u2028", "a.b", "[0]", `"`, "\\", "<<", "~", "ä", "=", "on", "1", "- a", "#", strings.Repeat("k", 2000)} {
		quoted, err := flow.EncodeJSON(name)
		if err != nil {
			t.Fatal(err)
		}
		result, err := edit.Apply(tree, []edit.Operation{
			&edit.Add{Uses: "http", ID: "a", Name: name},
			&edit.Set{Step: "a", Path: "with[" + string(quoted) + "]", Value: name},
			&edit.Set{Path: "config[" + string(quoted) + "]", Value: flow.Object{{Name: name, Value: name}}},
		}, options())
		if err != nil {
			if !strings.Contains(name, "\u2028") && name != "\x00" {
				t.Errorf("%q: %v", name, err)
			}
			continue
		}
		text := written(t, result.Tree)
		document, err := flowfile.Read([]byte(text))
		if err != nil || len(document.Problems) > 0 || !same(document.Tree(), result.Tree) {
			t.Errorf("%q: error %v, written\n%s", name, err, text)
		}
	}
}

func TestCopiesCanBePasted(t *testing.T) {
	t.Parallel()
	tree := read(t, templates(t)["order-request.yaml"])
	text, err := edit.Copy(tree, []string{"create_order", "check_inventory", "create_invoice", "stock"})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(text); !strings.HasPrefix(got, "steps:\n  stock:\n") || !strings.HasSuffix(got, "edges:\n  - create_invoice -> create_order\n") || strings.Count(got, "check_inventory:\n") != 1 {
		t.Errorf("copied is\n%s", got)
	}
	blank := read(t, []byte("redial: 1\nslug: a\ntrigger: {uses: manual}\n"))
	result, err := edit.Apply(blank, []edit.Operation{&edit.Paste{Text: string(text)}}, options())
	if err != nil {
		t.Fatal(err)
	}
	again, err := edit.Copy(result.Tree, result.Created)
	if err != nil || string(again) != string(text) {
		t.Errorf("error %v, pasted and copied again is\n%s", err, again)
	}
	for _, ids := range [][]string{nil, {"trigger"}, {"nobody"}} {
		var why *edit.Refused
		if _, err := edit.Copy(tree, ids); !errors.As(err, &why) {
			t.Errorf("copying %v: got error %v", ids, err)
		}
	}
}
