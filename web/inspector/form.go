package inspector

import (
	"strconv"
	"strings"

	"redial/designer/condition"
	"redial/designer/mapping"
	"redial/engine/check"
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/step"
)

// Form makes the controls of a step's inspector.
type Form struct {
	Step string
	Kind *step.Kind
	// Connections are those that there are, and the components they belong to.
	Connections map[string]string
	// Credentials are what connections hold of callers of hooks.
	Credentials map[string]check.Credential
	// Accounts are what connections hold for steps.
	Accounts map[string]check.Account
	// Flows are the slugs that a field may name.
	Flows []string
	// TitleOf is what a service calls a value of a field; empty: it is not known.
	TitleOf func(path string, value any) string
	// Scope is what the expressions of the step may read.
	Scope func() *expression.Scope
	// Calling is what callers of the hook have to send; empty: nothing.
	Calling string
	ids     int
}

// formField is one place of the draft with the control that edits it.
type formField struct {
	*component.Field
	place
	Step string
	// ID is that of the control in the page.
	ID string
	// Value is what the flow file holds; Given tells null from nothing.
	Value any
	Given bool
	// Control is how the value is edited now.
	Control control
	// Literal values take no expressions.
	Literal bool
	// Item says that the value stands in a list or a map: emptied, it is empty
	// text rather than gone.
	Item bool
	// Depth counts the groups around it.
	Depth   int
	Options []option
	Members []*formField // of an object
	Items   []*formItem  // of a list
	Rows    []*mapRow    // of a map
	Paths   []*pathForm  // of a branch
	// Condition are the rows of a condition; nil with NoRows saying why it has
	// none.
	Condition *condition.Condition
	NoRows    string
	Compared  [][]*comparison // the rows, with what is known of them
	// Mapping are the rows of a list that is made out of another one.
	Mapping  *mapping.Mapping
	Add      *component.Field
	Problems []flow.Problem

	chosen string // what the service calls the value
	spoken string // name of a control that has no label of its own
	// owner is what a new connection is made for: a component, and after a colon
	// the scheme that its form begins with.
	owner   string
	fits    func(connection string) bool // whether it can be chosen; nil: by the owner
	express string                       // the value as an expression
	sampled bool                         // the test payload tells what it describes
}

// control is a way of editing a value.
type control string

// The controls. Several kinds of fields share one.
const (
	controlText       control = "text"       // one line with expressions in it
	controlArea       control = "area"       // several lines with expressions in it
	controlNumber     control = "number"     // a number, or an expression
	controlPlain      control = "plain"      // one line without expressions
	controlSwitch     control = "switch"     // true or false
	controlChoice     control = "choice"     // one of many
	controlSegmented  control = "segmented"  // one of two or three
	controlChecks     control = "checks"     // some of a few
	controlDate       control = "date"       // a day
	controlMoment     control = "moment"     // a day and a time, in UTC
	controlList       control = "list"       // values, or objects, in an order
	controlObject     control = "object"     // known members
	controlMap        control = "map"        // members with names of one's own
	controlAny        control = "any"        // any value: text or JSON
	controlSecret     control = "secret"     // written, never shown
	controlConnection control = "connection" // one of the connections
	controlExpression control = "expression" // a bare expression
	controlCondition  control = "condition"  // a bare expression, true or false
	controlPaths      control = "paths"      // the paths of a branch
	controlMapping    control = "mapping"    // a list that is made out of another
	controlFile       control = "file"       // {contentType, base64}
)

// option is one value of a choice.
type option struct {
	Value    any
	Title    string
	Selected bool
}

// JSON is the value as scripts read it.
func (o *option) JSON() string { return FieldJSON(o.Value) }

// formItem is an element of a list.
type formItem struct {
	*formField
	Index, Count int
	List         string // path of the list
	One          string // what an element is called
}

// mapRow is a member of a map, with a name that people choose.
type mapRow struct {
	*formField
	Key string
	Map string // path of the map
}

// maxControls bounds the elements of a list or a map that get controls of their
// own; a longer one is edited as JSON.
const maxControls = 60

// maxDepth bounds groups within groups; what lies deeper is edited as JSON.
const maxDepth = 6

// place is one of the flow file, below a step.
type place struct {
	// Path leads there as operations write it: with.headers["X-Order"].
	Path string
	// At is the same place as problems name it: with.headers.X-Order.
	At string
}

func (p place) member(name string) place {
	if p.Path == "" {
		return place{Path: name, At: name}
	}
	return place{Path: member(p.Path, name), At: p.At + "." + name}
}

func (p place) item(index int) place {
	bracketed := "[" + strconv.Itoa(index) + "]"
	return place{Path: p.Path + bracketed, At: p.At + bracketed}
}

// field is the control of a described field, whose value stands in an object of
// the flow file.
func (f *Form) field(described *component.Field, object place, in flow.Object) *formField {
	made := &formField{Field: described, place: object.member(described.Name), Literal: described.Literal}
	made.Value, made.Given = in.Get(described.Name)
	made.sampled = f.Kind.Trigger() && described.Name == "schema" && described.Kind == component.KindJSON
	f.control(made)
	return made
}

// control decides how a value is edited.
func (f *Form) control(made *formField) {
	f.ids++
	made.Step, made.ID = f.Step, "field-"+strconv.Itoa(f.ids)
	if made.Value == nil {
		made.Given = made.Given && made.Item
	}
	made.Control = f.controlOf(made)
	switch made.Control {
	case controlList:
		f.items(made)
	case controlMap:
		f.rows(made)
	case controlObject:
		f.members(made)
	case controlChoice, controlSegmented, controlChecks:
		f.choose(made)
	case controlConnection:
		f.chooseConnection(made)
	case controlPaths:
		f.paths(made)
	case controlCondition:
		f.readCondition(made)
	case controlAny, controlText:
		made.readMapping()
	default:
	}
	if made.ChoicesFrom != nil && made.Given && !templated(made.Value) {
		made.chosen = f.TitleOf(made.Path, made.Value)
	}
	made.express, _ = expressed(made.Field, made.Value)
}

// templated reports whether a value is text with an expression in it.
func templated(value any) bool {
	text, isText := value.(string)
	return isText && strings.Contains(text, "{{")
}

// member is the path of an object's member as operations write it.
func member(path, name string) string {
	plain := name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if plain && (name[0] < '0' || name[0] > '9') {
		return path + "." + name
	}
	return path + "[" + FieldJSON(name) + "]"
}

// FieldJSON is a value as JSON, as an attribute of a page carries it.
func FieldJSON(value any) string {
	encoded, err := flow.EncodeJSON(value)
	if err != nil {
		return "null"
	}
	return string(encoded)
}

func given(object flow.Object, name string) bool {
	value, found := object.Get(name)
	return found && value != nil
}

// place puts problems at the fields that they belong to, and returns those that
// have none.
func (f *Form) place(problems []flow.Problem, fields []*formField) []flow.Problem {
	var left []flow.Problem
	for _, problem := range problems {
		if owner := deepest(fields, problem.Path); owner != nil {
			owner.Problems = append(owner.Problems, problem)
		} else if owner := missing(fields, &problem); owner != nil {
			owner.Problems = append(owner.Problems, problem)
		} else {
			left = append(left, problem)
		}
	}
	return left
}

// deepest is the field whose place holds a path, the innermost one.
func deepest(fields []*formField, path string) *formField {
	for _, field := range fields {
		rest, below := strings.CutPrefix(path, field.At)
		if !below || rest != "" && rest[0] != '.' && rest[0] != '[' {
			continue
		}
		if inner := deepest(field.inner(), path); inner != nil {
			return inner
		}
		return field
	}
	return nil
}

// missing is the required field that a problem is about which stands at the
// object that lacks it.
func missing(fields []*formField, problem *flow.Problem) *formField {
	if problem.Code != flow.CodeMissingField {
		return nil
	}
	if problem.Path == "" && strings.Contains(problem.Message, "connection") {
		return deepest(fields, "connection")
	}
	for _, field := range fields {
		if strings.HasPrefix(problem.Message, field.Name+": ") || strings.Contains(problem.Message, strconv.Quote(field.Name)) {
			return field
		}
	}
	return nil
}

// inner are the controls within a group.
func (m *formField) inner() []*formField {
	inner := append([]*formField{}, m.Members...)
	for _, item := range m.Items {
		inner = append(inner, item.formField)
	}
	for _, row := range m.Rows {
		inner = append(inner, row.formField)
	}
	for _, path := range m.Paths {
		inner = append(inner, path.Name, path.When)
	}
	return inner
}

// notable reports whether there is something to look at: a value or a problem.
func (m *formField) notable() bool {
	if m.Given || len(m.Problems) > 0 {
		return true
	}
	for _, inner := range m.inner() {
		if inner.notable() {
			return true
		}
	}
	return false
}
