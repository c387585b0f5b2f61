// Package expression is the builder's language: what stands between {{ and }}
// in a flow, in a branch's when and in a step's items.
//
// The syntax is expr's: its lexer and its parser read the source, and this is
// the only package that imports github.com/expr-lang/expr. What the syntax
// means is this package's own, because nearly every operator means something
// else to a builder than to a Go program: missing values are null, integers
// are exact and overflow is an error, text is compared with a number only by
// mistake, and every evaluation has a budget of work and memory. So the tree is
// not compiled for expr's machine, which takes no context, wraps integers and
// allocates before it charges; it becomes a tree of small closures in which
// each node knows its place in the source. That place is what makes exact
// error messages and explanations ("qty <= stock -> false (5, 2)") possible.
//
// Values are plain JSON values: nil, bool, int64, float64, string, []any and
// map[string]any. Nothing else may enter an evaluation: no host objects, no
// functions, no I/O, no clock but Values.Now, no randomness but Values.Seed.
// The same values therefore always give the same result.
//
// The language is documented in docs/expressions.md, which is made from the
// conformance cases in testdata/conformance.
package expression
