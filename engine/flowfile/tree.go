package flowfile

import (
	"bytes"
	"fmt"

	"redial/engine/flow"
)

// Tree is the file as one ordered value, for those who edit it: the canonical
// form of the flow or, if the form of the file has errors, exactly what stands
// in it, so that nothing is lost. It is made of nil, bool, int64, float64,
// string, []any and flow.Object. Parts of it may be shared with the flow, so it
// must not be changed.
//
// The tree of what WriteTree makes of it is the same tree again.
func (d *Document) Tree() flow.Object {
	if flow.HasErrors(d.Problems) {
		return d.root.written()
	}
	return form(d.Flow)
}

// FromTree reads a flow file that is there as a tree already, as Read does with
// its text. Places in it are unknown: all problems have the first line. A tree
// over the limits of the format is a *SyntaxError, for which
// errors.Is(err, ErrTooLarge) holds; the size in bytes is not looked at.
func FromTree(tree flow.Object) (*Document, error) {
	r := &report{source: newSource(nil)}
	root := &node{}
	if err := r.fill(root, tree, 1); err != nil {
		return nil, err
	}
	return r.document(root)
}

// fill makes of a node what a reader would have found in a file.
func (r *report) fill(n *node, value any, depth int) error {
	switch v := value.(type) {
	case flow.Object:
		n.kind = objectKind
		n.fields = make([]field, len(v))
		nodes := make([]node, len(v))
		for i, f := range v {
			n.fields[i] = field{name: f.Name, node: &nodes[i]}
			if err := r.fill(&nodes[i], f.Value, depth+1); err != nil {
				return err
			}
		}
	case []any:
		n.kind = listKind
		n.items = make([]*node, len(v))
		nodes := make([]node, len(v))
		for i, item := range v {
			n.items[i] = &nodes[i]
			if err := r.fill(&nodes[i], item, depth+1); err != nil {
				return err
			}
		}
	case nil, bool, int64, float64, string:
		n.value = v
	default:
		return r.source.syntaxError(0, "a flow file cannot hold a %T", value)
	}
	if n.kind != scalarKind && depth > flow.MaxNesting {
		return r.source.tooLarge(0, "the file is nested more than %d levels deep", flow.MaxNesting)
	}
	return nil
}

// WriteTree writes a tree as YAML, laid out like a canonical file. Reading it
// gives the same tree. Text that is not UTF-8 and numbers that are not finite
// are errors.
func WriteTree(tree flow.Object) ([]byte, error) {
	out, err := writeYAML(tree)
	if err != nil {
		return nil, fmt.Errorf("writing flow %s as YAML: %w", shorten(tree.Text("slug")), err)
	}
	return out, nil
}

// WriteTreeJSON writes a tree as compact JSON, in a fraction of the time that
// YAML takes: the form in which drafts are kept while they are edited. Reading it
// gives the same tree. Its errors are those of WriteTree.
func WriteTreeJSON(tree flow.Object) ([]byte, error) {
	var out bytes.Buffer
	if err := writeJSON(&out, tree); err != nil {
		return nil, fmt.Errorf("writing flow %s as JSON: %w", shorten(tree.Text("slug")), err)
	}
	return out.Bytes(), nil
}
