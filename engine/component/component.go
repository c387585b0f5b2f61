package component

import (
	"redial/engine/expression"
	"redial/engine/flow"
)

// Component is a service that flows use, as its manifest describes it. It is
// immutable and may be used from many goroutines.
type Component struct {
	Name  string // as in `uses: NAME/action`
	Title string // as people know it: "QuickBooks Online"
	Help  string
	Icon  string // name of a Lucide icon
	Tint  string // colour of the icon tile, #rrggbb
	// Version is what the manifest calls itself; may be empty.
	Version string
	// Connection describes address and credentials; nil if none are needed.
	Connection *ConnectionSpec
	// Actions are in the order of the manifest.
	Actions []*Action
	// Hash identifies the manifest by its content: SHA-256 in hex.
	Hash string
	// Source is the manifest itself.
	Source []byte

	faults *faults
}

// Action finds an action by its name; nil if there is none.
func (c *Component) Action(name string) *Action {
	for _, action := range c.Actions {
		if action.Name == name {
			return action
		}
	}
	return nil
}

// Effect says what repeating an action means.
type Effect string

// The effects.
const (
	Safe   Effect = "safe"   // may be repeated
	Keyed  Effect = "keyed"  // the service takes an idempotency key
	Lookup Effect = "lookup" // ask the service before repeating
	Unsafe Effect = "unsafe" // a repeat may do it twice
)

// Action is one thing that a component can do.
type Action struct {
	Component *Component
	Name      string
	Title     string
	Help      string
	// Fields are in the order in which people fill them in.
	Fields []Field
	// AtLeastOne are the names of fields of which at least one must be filled, for
	// each rule of the kind two or more.
	AtLeastOne [][]string
	Effect     Effect
	// Output is the type of what the action gives, and OutputSchema the JSON
	// Schema that it was made from, a plain JSON value; nil if nothing is known.
	Output       *expression.Type
	OutputSchema any
	Examples     []Example

	summary    string
	request    *request
	success    *expression.Program
	output     tree
	lookup     *lookup
	key        *keyPlacement
	pages      *pages
	binding    *binding
	properties []property
}

// Uses is the action as a step names it: "acme/check-inventory".
func (a *Action) Uses() string { return a.Component.Name + "/" + a.Name }

// Example is one call of an action with what the service answers and what comes
// of it: documentation, sample data and test at once.
type Example struct {
	Name       string
	Input      map[string]any
	Connection map[string]any
	Key        string
	Repeat     bool
	Exchange   []ExampleExchange
	// Output is what the action gives, unless Failure is set.
	Output  any
	Failure *flow.Failure
}

// ExampleExchange is a request that the action must make, and the reply to it.
type ExampleExchange struct {
	Request ExampleRequest
	Reply   ExampleReply
}

// ExampleRequest is what the service must receive. Headers that it does not
// name are not looked at; the query and the body must be exactly these.
type ExampleRequest struct {
	Method  string
	Path    string
	Query   map[string]any
	Headers map[string]any
	Body    any
}

// ExampleReply is what the service answers.
type ExampleReply struct {
	Status  int
	Headers map[string]any
	// Body goes out as JSON, or as it is if it is text.
	Body any
}
