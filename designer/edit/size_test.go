package edit

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// What is said to fit has to fit, as nobody looks again.
func TestTheWorstIsNeverLessThanWhatIsWritten(t *testing.T) {
	t.Parallel()
	pieces := []string{"a", "word ", "\n", "\"", "\\", "\x01", "\x00", "\u0085", "ä", "\u2028", "\ufeff", "😀", "- ", "# ", ": ", strings.Repeat("k", 300), "\r", "\t"}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), "")
	})
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
			case kind == 0 && depth > 0:
				return rapid.SliceOfN(value(depth-1), 0, 4).Draw(t, "list")
			case kind == 1 && depth > 0:
				object := flow.Object{}
				for _, name := range rapid.SliceOfNDistinct(text, 0, 4, rapid.ID).Draw(t, "names") {
					object = append(object, flow.Field{Name: name, Value: value(depth-1).Draw(t, "value")})
				}
				return object
			case kind == 2:
				return rapid.Float64().Draw(t, "number")
			case kind == 3:
				return rapid.Int64().Draw(t, "integer")
			}
			return text.Draw(t, "text")
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		tree := flow.Object{
			{Name: "config", Value: value(4).Draw(t, "config")},
			{Name: "steps", Value: flow.Object{{Name: "a", Value: flow.Object{{Name: "with", Value: value(4).Draw(t, "with")}}}}},
			{Name: "edges", Value: value(2).Draw(t, "edges")},
		}
		written, err := flowfile.WriteTree(tree)
		if err != nil {
			t.Fatal(err)
		}
		if most := worst(tree, 0); len(written) > most {
			t.Fatalf("%d bytes instead of at most %d:\n%s", len(written), most, written)
		}
		if least := size(tree); least > len(written) {
			t.Fatalf("%d bytes instead of at least %d:\n%s", len(written), least, written)
		}
	})
}
