package edit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
)

// Options are what an edit needs to know besides the flow.
type Options struct {
	// Library says which fields and ports steps have.
	Library *step.Library
	// Connections are those that there are, and the components they belong to.
	Connections map[string]string
	// Layout says where all cards stand as things are, by their IDs, in the
	// coordinates of the body in which a card is: those of `at` in the flow
	// file, and of the positions in operations. Cards that it leaves out, all
	// without it, stand where the file says, or else at 0, 0.
	Layout func(*flow.Flow) map[string]flow.Position
}

// Result is what came of an edit.
type Result struct {
	// Tree is the flow file as it is now, in the form that reading what
	// flowfile.WriteTree makes of it gives again.
	Tree flow.Object
	// Created are the IDs of new steps, in the order in which they were made.
	// Inner steps follow the step around them.
	Created []string
	// Renamed are the new IDs of steps by their old ones.
	Renamed map[string]string
	// Removed are the IDs of steps that are gone, inner ones too.
	Removed []string
	// Notice is what else people should know: "Confirm and Notify read it."
	// It is empty mostly.
	Notice string
	// Label is what undo and the history call the edit: "Add Check inventory".
	Label string
}

// Apply does the operations one after the other. The error is a *Refused; then
// nothing is done. The tree given is not changed.
//
// An edit never adds a fault of form to the file (flowfile.Document.Problems):
// it would be refused. Faults that are there already stay as they are.
func Apply(tree flow.Object, operations []Operation, options Options) (*Result, error) {
	if len(operations) > MaxOperations {
		return nil, refuse("", "", "The edit has %d operations; at most %d are possible", len(operations), MaxOperations)
	}
	e := &editor{
		tree: tree, shown: tree, options: options, result: &Result{Renamed: map[string]string{}},
		kinds: map[string]*step.Kind{}, parsed: map[string]flow.Edge{}, unread: map[string]bool{},
	}
	labels := make([]string, len(operations))
	for i, operation := range operations {
		var err error
		if labels[i], err = operation.apply(e); err != nil {
			return nil, err
		}
	}
	if err := e.holdFrames(); err != nil {
		return nil, err
	}
	if err := e.finish(tree); err != nil {
		return nil, err
	}
	e.noticeReaders()
	e.result.Label = labelOf(operations, labels)
	e.result.Notice = strings.Join(e.notices, " ")
	return e.result, nil
}

// editor is an edit under way.
type editor struct {
	tree    flow.Object
	options Options
	result  *Result
	notices []string

	kinds  map[string]*step.Kind // by uses; nil: there is none
	parsed map[string]flow.Edge  // by text; zero: it is none
	// taken are the IDs of all steps; nil when they have to be collected again.
	taken map[string]bool
	// shown is the flow as people see it when they do the edit, and laid where the
	// layout puts its cards.
	shown flow.Object
	laid  map[string]flow.Position
	// unread are steps that were removed, of whose outputs nothing is known.
	unread map[string]bool
	// texts counts the bytes that were searched for references.
	texts int
}

// finish checks the tree as a whole and brings it into its final form.
func (e *editor) finish(before flow.Object) error {
	if size(e.tree) > flow.MaxFileBytes {
		return tooLarge()
	}
	document, err := read(e.tree)
	if err != nil {
		return err
	}
	if len(document.Problems) > 0 {
		if err := e.noNewProblems(before, document.Problems); err != nil {
			return err
		}
	}
	e.result.Tree = document.Tree()
	if fits(e.result.Tree) {
		return nil
	}
	written, err := flowfile.WriteTree(e.result.Tree)
	if err != nil {
		return refuse("", "", "The flow cannot be written: %v", err)
	}
	if len(written) > flow.MaxFileBytes {
		return tooLarge()
	}
	return nil
}

func tooLarge() error {
	return refuse("", "", "The flow would be larger than 1 MiB, the most that a flow file may have. Move parts of it into flows of their own")
}

// read gives the flow of a tree.
func read(tree flow.Object) (*flowfile.Document, error) {
	document, err := flowfile.FromTree(tree)
	var syntax *flowfile.SyntaxError
	if errors.As(err, &syntax) {
		return nil, refuse("", "", "%s", sentence(syntax.Message))
	}
	return document, err
}

// noNewProblems refuses what would make the form of the file worse.
func (e *editor) noNewProblems(before flow.Object, problems []flow.Problem) error {
	document, err := read(before)
	if err != nil {
		return err
	}
	known := map[string]int{}
	for _, p := range document.Problems {
		known[p.Code+p.Message]++
	}
	for _, p := range problems {
		if p.Severity != flow.SeverityError {
			continue
		}
		if key := p.Code + p.Message; known[key] > 0 {
			known[key]--
			continue
		}
		if key := p.Code + e.formerly(p.Message); known[key] > 0 {
			known[key]--
			continue
		}
		path := p.Path
		if at, _, found := e.find(p.Step); found && p.Step != "" {
			path = strings.TrimPrefix(strings.TrimPrefix(path, strings.Join(at.path(), ".")), ".")
		}
		return refuse(p.Step, path, "%s", sentence(p.Message))
	}
	return nil
}

// formerly is a message with the IDs that steps had before they were renamed.
func (e *editor) formerly(message string) string {
	for old, now := range e.result.Renamed {
		message = strings.ReplaceAll(message, now, old)
	}
	return message
}

// fits reports that a tree is surely small enough for a file, without writing
// it: what it takes at the worst is counted.
func fits(tree flow.Object) bool { return worst(tree, 0) <= flow.MaxFileBytes }

// worst is how many bytes a value takes behind its key, at the worst, if what is
// in it is indented so much.
func worst(value any, indent int) int {
	const brackets, lineEnd, separator = 4, 1, 2
	switch v := value.(type) {
	case string:
		return worstText(v, indent)
	case []any:
		total := brackets + lineEnd
		for _, item := range v {
			total += indent + separator + worst(item, indent+4)
		}
		return total
	case flow.Object:
		total := brackets + lineEnd
		for _, f := range v {
			total += indent + worstText(f.Name, indent) + separator + worst(f.Value, indent+2)
			if len(f.Name) > 100 {
				total += indent + brackets // long keys have a line of their own
			}
		}
		return total
	default:
		return len("-1.7976931348623157e+308") + lineEnd
	}
}

func worstText(text string, indent int) int {
	total := len(`""`) + len("\n")
	plain := 1
	if strings.Contains(text, "\ufeff") {
		plain = len(`\x00`) // the library escapes all that follows
	}
	for _, c := range text {
		switch {
		case c == '\n':
			total += 2*indent + len("|-\\n") // of a block
		case c == '"' || c == '\\':
			total += max(plain, len(`\"`))
		case c < ' ' || c == 0x7f:
			total += len(`\x00`)
		case c < 0x7f:
			total += plain
		case c <= 0xffff:
			total += len(`\uFFFF`)
		default:
			total += len(`\U0001F600`)
		}
	}
	return total
}

// grown refuses what has become too large meanwhile, before more is made of it.
func (e *editor) grown() error {
	if size(e.tree) > flow.MaxFileBytes {
		return tooLarge()
	}
	return nil
}

func (e *editor) notice(format string, args ...any) {
	text := fmt.Sprintf(format, args...) + "."
	if !slices.Contains(e.notices, text) && len(e.notices) < 5 {
		e.notices = append(e.notices, text)
	}
}

// kind is the kind of step that is used; nil if there is none.
func (e *editor) kind(uses string) *step.Kind {
	kind, known := e.kinds[uses]
	if !known {
		if e.options.Library != nil {
			kind, _ = e.options.Library.Kind(uses)
		}
		e.kinds[uses] = kind
	}
	return kind
}

// newKind is the kind of a step that is to be made.
func (e *editor) newKind(uses string, trigger bool) (*step.Kind, error) {
	if e.options.Library == nil {
		return nil, refuse("", "uses", "No steps are known here")
	}
	kind, err := e.options.Library.Kind(uses)
	switch {
	case err != nil:
		return nil, refuse("", "uses", "%s", sentence(shorten(err.Error())))
	case kind.Trigger() && !trigger:
		return nil, refuse("", "uses", "%s starts flows, so it cannot be a step in one", kind.Title)
	case !kind.Trigger() && trigger:
		return nil, refuse("", "uses", "%s does not start flows. What does is a webhook, a schedule or a person (manual)", kind.Title)
	}
	return kind, nil
}
