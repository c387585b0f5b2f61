// Package edit changes flow files the way people do in the designer: it adds
// steps, joins them, renames them, fills in their fields.
//
// An edit is a list of operations (operation.go). Apply does them one after the
// other on the tree of a flow file (flowfile.Document.Tree) and gives another
// tree, or refuses all of them with a sentence. Trees are never changed: what
// two of them have in common they share. A draft may be wrong in many ways;
// what an edit does not touch stays as it is, unknown keys and broken values
// too.
//
// Changes are what turned one tree into another (changes.go). They can be
// stored, turned around for undo, and done to a tree that has changed since, as
// long as what they replace is still there.
//
// Nothing in here knows who edits, where drafts are kept, or how a flow looks:
// where cards stand is said by Options.Layout.
package edit
