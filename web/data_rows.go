package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"redial/engine/expression"
	"redial/engine/flow"
)

// dataRow is a value, or a field, that can be written into an expression.
type dataRow struct {
	Name   string
	Insert string // empty: it cannot be written
	// Text is the value, or its type; Kind the class of values that it is of.
	Text, Kind string
	Help       string
	Optional   bool
	// Seen says that the field is in the data alone, not in a schema.
	Seen bool
	// Bare rows have no name, as they are all there is.
	Bare     bool
	Open     bool
	Children []dataRow
	More     int // children that are not here
}

// Sought is the text in which a search looks.
func (r *dataRow) Sought() string {
	text := r.Text
	if len(text) > treeText/4 {
		text = cutText(text, treeText/4)
	}
	return strings.ToLower(r.Name + " " + text + " " + r.Help)
}

// rowsOpen is how deep rows are open at first, in segments of their paths.
const rowsOpen = 5

// seldom says of what few expressions read that it is shut at first.
func seldom(path []any) bool {
	return len(path) == 2 && path[0] == flow.TriggerID && path[1] == "headers"
}

func countRows(rows []dataRow) int {
	n := len(rows)
	for i := range rows {
		n += countRows(rows[i].Children)
	}
	return n
}

// valueRows are the parts of a value, with the paths to them. A value without
// parts is one row without a name.
func valueRows(tree *valueNode, path []any) []dataRow {
	if !tree.branches() {
		row := valueRow(tree, path)
		row.Bare = true
		return []dataRow{row}
	}
	return valueRow(tree, path).Children
}

func valueRow(n *valueNode, path []any) dataRow {
	row := dataRow{
		Name: n.Name, Insert: expression.Path(path...), Text: n.leaf(), Kind: n.Kind, More: n.More,
		Open: n.Count <= openChildren && len(path) <= rowsOpen && !seldom(path),
	}
	if n.branches() {
		row.Text = n.summary()
	}
	if len(n.Name) > treeText { // a part of it is cut off, so it would read nothing
		row.Insert = ""
	}
	for i := range n.Children {
		child := &n.Children[i]
		segment := any(child.Name)
		if n.Kind == "list" {
			segment = i
		}
		row.Children = append(row.Children, valueRow(child, slices.Concat(path, []any{segment})))
	}
	return row
}

// rowBuilder makes the rows of a schema, out of what types and data tell.
type rowBuilder struct{ left int }

// schema are the fields of a value by its type, and those that it has besides.
// document is the JSON Schema that the type was read from, for its words.
func (b *rowBuilder) schema(t *expression.Type, value, document any, path []any) []dataRow {
	return b.fields(t, value, document, path, 0)
}

func (b *rowBuilder) fields(t *expression.Type, value, document any, path []any, depth int) []dataRow {
	object, _ := value.(map[string]any)
	names := slices.Collect(maps.Keys(object))
	if t != nil {
		names = slices.AppendSeq(names, maps.Keys(t.Fields))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var rows []dataRow
	for _, name := range names[:min(len(names), treeChildren)] {
		if b.left--; b.left < 0 {
			break
		}
		var typ *expression.Type
		described := false
		if t != nil {
			typ, described = t.Fields[name]
		}
		row := b.row(typ, object[name], property(document, name), slices.Concat(path, []any{name}), depth)
		row.Name = cutText(name, treeText)
		row.Seen = !described && t != nil && len(t.Fields) > 0
		if len(name) > treeText {
			row.Insert = ""
		}
		rows = append(rows, row)
	}
	return rows
}

// row is one field with those in it. A list shows the fields of its items.
func (b *rowBuilder) row(t *expression.Type, value, document any, path []any, depth int) dataRow {
	row := dataRow{Insert: expression.Path(path...), Text: typeWord(t, value), Help: described(document), Kind: "type", Open: depth == 0 && !seldom(path)}
	row.Optional = t != nil && t.Nullable
	if depth >= panelDepth {
		return row
	}
	if items, isList := value.([]any); isList || (t != nil && t.Kind == expression.List) {
		var first any
		if len(items) > 0 {
			first = items[0]
		}
		var of *expression.Type
		if t != nil {
			of = t.Items
		}
		within, _ := document.(map[string]any)
		row.Children = b.fields(of, first, within["items"], slices.Concat(path, []any{0}), depth+1)
		return row
	}
	row.Children = b.fields(t, value, document, path, depth+1)
	return row
}

// typeWord is the type of a field in words; what the data have, where no type is
// known.
func typeWord(t *expression.Type, value any) string {
	if t == nil || t.Kind == expression.Any {
		if value == nil {
			return "any value"
		}
		t = expression.TypeOf(value)
	}
	word := t.Kind.String()
	switch {
	case t.Kind == expression.List && t.Items != nil && t.Items.Kind != expression.Any:
		word += " of " + pluralKind(t.Items.Kind)
	case len(t.Choices) > 0 && len(t.Choices) <= 4:
		words := make([]string, len(t.Choices))
		for i, choice := range t.Choices {
			words[i] = valueLine(choice)
		}
		word = strings.Join(words, " | ")
	}
	return word
}

func pluralKind(k expression.Kind) string {
	switch k {
	case expression.Text, expression.Boolean, expression.Null:
		return k.String()
	default:
		return k.String() + "s"
	}
}

// property is the schema of a field.
func property(document any, name string) any {
	object, _ := document.(map[string]any)
	properties, _ := object["properties"].(map[string]any)
	return properties[name]
}

// described is what a schema says of a value in words.
func described(document any) string {
	object, _ := document.(map[string]any)
	for _, key := range []string{"description", "title"} {
		if text, ok := object[key].(string); ok && text != "" {
			return cutText(text, shownText)
		}
	}
	return ""
}

// dataTable is a list of objects as a table.
type dataTable struct {
	Caption string // the path of the list
	Insert  string
	Columns []dataRow // each writes the list of its values
	Rows    [][]dataRow
	More    int // rows that are not here
	Wider   int // columns that are not here
}

// Bounds of a table.
const (
	tableRows    = 20
	tableColumns = 8
	tableDepth   = 3
	tablesShown  = 3
)

func countCells(tables []dataTable) int {
	n := 0
	for i := range tables {
		n += (len(tables[i].Rows) + 1) * len(tables[i].Columns)
	}
	return n
}

// findTables are the lists of objects in a value, the outermost ones.
func findTables(value any, path []any) []dataTable {
	var tables []dataTable
	var find func(value any, path []any, depth int)
	find = func(value any, path []any, depth int) {
		if len(tables) >= tablesShown {
			return
		}
		switch v := value.(type) {
		case []any:
			if table, ok := newDataTable(v, path); ok {
				tables = append(tables, table)
			}
		case map[string]any:
			if depth < tableDepth {
				for _, name := range firstNames(v, treeChildren) {
					find(v[name], slices.Concat(path, []any{name}), depth+1)
				}
			}
		}
	}
	find(value, path, 0)
	return tables
}

// newDataTable is a list as a table; not one whose items are no objects.
func newDataTable(list []any, path []any) (dataTable, bool) {
	t := dataTable{Insert: expression.Path(path...), Caption: expression.Path(path...), More: max(0, len(list)-tableRows)}
	var names []string
	for _, item := range list[:min(len(list), tableRows)] {
		object, ok := item.(map[string]any)
		if !ok {
			return t, false
		}
		for _, name := range firstNames(object, treeChildren) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	t.Wider = max(0, len(names)-tableColumns)
	names = names[:min(len(names), tableColumns)]
	for _, name := range names {
		field := strings.TrimPrefix(expression.Path("", name), ".")
		if strings.HasPrefix(field, "[") {
			field = "#" + field
		} else {
			field = "." + field
		}
		t.Columns = append(t.Columns, dataRow{Name: cutText(name, treeText/10), Insert: "map(" + t.Insert + ", " + field + ")"})
	}
	for i, item := range list[:min(len(list), tableRows)] {
		object, _ := item.(map[string]any)
		cells := make([]dataRow, 0, len(names))
		for _, name := range names {
			cell := dataRow{Name: name, Kind: "missing", Insert: expression.Path(slices.Concat(path, []any{i, name})...)}
			if value, there := object[name]; there {
				tree, _ := newValueTree(value)
				cell.Kind, cell.Text = tree.Kind, cutText(tree.leaf(), treeText/6)
				if tree.branches() {
					cell.Text = tree.summary()
				}
			}
			cells = append(cells, cell)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t, len(t.Columns) > 0
}

// soughtCells is the text of a row of a table in which a search looks.
func soughtCells(cells []dataRow) string {
	words := make([]string, len(cells))
	for i := range cells {
		words[i] = cells[i].Sought()
	}
	return strings.Join(words, " ")
}

// exampleOf is what an example is of, out of the words about it.
func exampleOf(about string) string { return strings.TrimPrefix(about, "an example of ") }

// moreWords counts what is left out.
func moreWords(n int, what string) string { return strconv.Itoa(n) + " more " + what }
