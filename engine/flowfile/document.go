package flowfile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"redial/engine/flow"
)

// Document is a flow file that could be read: the flow, what is wrong with the
// form of the file, and the places of everything in it.
type Document struct {
	// Flow is what the file says, as far as it makes sense. Values with
	// problems may be missing from it.
	Flow *flow.Flow
	// Problems are in the order of the file.
	Problems []flow.Problem

	source *source
	root   *node
}

// Read reads a flow file in YAML or JSON; JSON is recognised by its first
// character. A file that is not readable at all, or over the limits of the
// format, is a *SyntaxError; for the latter errors.Is(err, ErrTooLarge) holds.
// Everything else that is wrong is among the document's problems.
func Read(data []byte) (*Document, error) {
	if len(data) > flow.MaxFileBytes {
		return nil, &SyntaxError{
			Line: 1, Column: 1, cause: ErrTooLarge,
			Message: "the file is larger than 1 MiB, the most that a flow file may have",
		}
	}
	s := newSource(data)
	if !utf8.Valid(s.text) {
		return nil, s.syntaxError(firstInvalid(s.text), "the file is not UTF-8 text; save it in that encoding")
	}
	r := &report{source: s}
	read := readYAML
	if isJSON(s.text) {
		read = readJSON
	}
	root, err := read(r)
	if err != nil {
		return nil, err
	}
	if root.kind != objectKind {
		return nil, s.syntaxError(root.start, "a flow file holds keys and values and begins with redial: 1; this is %s", root.describe())
	}
	return r.document(root)
}

// document reads the flow that the nodes hold.
func (r *report) document(root *node) (*Document, error) {
	d := &Document{source: r.source, root: root}
	var err error
	if d.Flow, err = readFlow(r, root); err != nil {
		return nil, err
	}
	d.Problems = sortByPlace(r.problems)
	return d, nil
}

func isJSON(text []byte) bool {
	trimmed := strings.TrimLeft(string(text[:min(len(text), 4096)]), " \t\r\n")
	return strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && width == 1 {
			return i
		}
		i += width
	}
	return len(text)
}

// Place finds a path, in the form of flow.Problem.Path, in the file. If there
// is no such thing its nearest ancestor is meant.
//
// An offset from 0 on is one in bytes of the text at the path; it is followed
// through quotes, escapes and block scalars to where that byte stands in the
// file. A negative offset means the value as a whole: a scalar's first
// character, or the key of an object or a list.
func (d *Document) Place(path string, offset int) (line, column int) {
	at, n, exact := d.find(path)
	if exact && n.kind == scalarKind && offset >= 0 {
		at = d.source.locate(n, offset)
	}
	return d.source.place(at)
}

// Locate fills in the lines and columns of problems from their paths and gives
// them in the order of the file, without repetitions. Problems that have a
// place already keep it.
func (d *Document) Locate(problems []flow.Problem) []flow.Problem {
	located := slices.Clone(problems)
	for i := range located {
		p := &located[i]
		if p.Line > 0 {
			continue
		}
		offset := -1
		if p.End > 0 {
			offset = p.Start
		}
		p.Line, p.Column = d.Place(p.Path, offset)
	}
	return slices.CompactFunc(sortByPlace(located), func(a, b flow.Problem) bool {
		return a.Line == b.Line && a.Column == b.Column && a.Message == b.Message
	})
}

func sortByPlace(problems []flow.Problem) []flow.Problem {
	slices.SortStableFunc(problems, func(a, b flow.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return problems
}

// find follows a path as far as it leads: the offset to show, the node, and
// whether the whole path was found.
func (d *Document) find(path string) (at int, n *node, exact bool) {
	n = d.root
	for path != "" {
		next, key, rest := n.child(path)
		if next == nil {
			return at, n, false
		}
		at, n, path = key, next, rest
		if n.kind == scalarKind && !n.isNull() {
			at = n.start
		}
	}
	return at, n, true
}

// child takes the first element off a path: the node it names, the place of
// its key, and the rest of the path. Names may hold dots, so the longest field
// that fits is meant.
func (n *node) child(path string) (next *node, at int, rest string) {
	switch n.kind {
	case listKind:
		number, tail, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
		i, err := strconv.Atoi(number)
		if err != nil || i < 0 || i >= len(n.items) {
			return nil, 0, ""
		}
		return n.items[i], n.items[i].start, strings.TrimPrefix(tail, ".")
	case objectKind:
		if f, tail, found := n.longest(path); found {
			return f.node, f.start, tail
		}
		// The inner graph of an each step may stand beside its fields or
		// among them; a path that names it the other way means the same.
		if tail, found := strings.CutPrefix(path, "with.do"); found {
			return n.child("do" + tail)
		}
		if with, found := n.get("with"); found && (path == "do" || strings.HasPrefix(path, "do.")) {
			return with.node.child(path)
		}
	case scalarKind:
	}
	return nil, 0, ""
}

func (n *node) longest(path string) (best field, rest string, found bool) {
	for _, f := range n.fields {
		tail, fits := strings.CutPrefix(path, f.name)
		if !fits || tail != "" && tail[0] != '.' && tail[0] != '[' || found && len(f.name) <= len(best.name) {
			continue
		}
		best, rest, found = f, strings.TrimPrefix(tail, "."), true
	}
	return best, rest, found
}
