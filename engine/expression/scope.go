package expression

import "time"

// Scope says which names an expression may use where it stands. A nil *Scope
// means that nothing is known about the flow: the names of steps, config and
// fields are then not checked.
type Scope struct {
	// Trigger is the type of `trigger`; nil means the webhook's fields with a
	// body of which nothing is known.
	Trigger *Type
	// Steps are the steps of the flow, and inner ones that are visible here.
	Steps map[string]StepInfo
	// Finder knows them instead, where a flow has so many that a map for each of
	// them would cost more than all else; nil: Steps has them. Completion looks
	// at Steps alone.
	Finder StepFinder
	// Config are the names of the flow's config.
	Config map[string]*Type
	// Items are names bound here: of each its item and `index`; of a component
	// manifest its own, such as `input` and `connection`.
	Items map[string]*Type
	// ItemsOnly leaves nothing but Items as names, as in component manifests.
	// Such expressions read connections, whose fields are secrets: messages of
	// their errors then name kinds of values and never show any.
	ItemsOnly bool
}

// StepFinder finds steps that expressions may know.
type StepFinder interface {
	// FindStep finds a step by its ID.
	FindStep(id string) (StepInfo, bool)
	// StepIDs are those of all steps that FindStep finds, in any order.
	StepIDs() []string
}

// find finds a step by its ID.
func (s *Scope) find(id string) (StepInfo, bool) {
	if s.Finder != nil {
		return s.Finder.FindStep(id)
	}
	info, found := s.Steps[id]
	return info, found
}

// StepInfo is what an expression may know of a step.
type StepInfo struct {
	// Output is the type of the step's output.
	Output *Type
	// Upstream is true when the step is done before the expression runs.
	Upstream bool
	// MaySkip is true when a path may reach the expression without the step
	// having run, so that its output is null.
	MaySkip bool
	// Why says why the step is not upstream, as a clause: "it runs after this
	// step". May be empty.
	Why string
}

// Values is what an expression reads while it runs: plain JSON values only
// (nil, bool, int64, float64, string, []any, map[string]any). They are never
// changed.
type Values struct {
	Trigger, Config, Execution, Flow map[string]any
	// Step gives a step's output, and whether the step ran. The output is null
	// for a step that was skipped or failed without one. May be nil.
	Step func(id string) (output any, ran bool)
	// Items are the values of each's names.
	Items map[string]any
	// Inputs are the values of further names declared by Scope.Items.
	Inputs map[string]any
	// Now is what now() says: the step's start.
	Now time.Time
	// Seed makes uuid() repeatable: the n-th UUID made with these Values is
	// taken from the SHA-256 of the seed and n. A step that is repeated after a
	// crash with the same seed and new Values gives the same UUIDs, and the
	// fields of a step, evaluated with one Values, get different ones. The seed
	// must differ between steps, iterations and executions.
	Seed string
	// Budget is shared by all evaluations of a step; nil: each has its own.
	Budget *Budget

	// uuids counts the UUIDs made so far; it is changed atomically.
	uuids int64
}

// Reference is something that an expression reads.
type Reference struct {
	// Path is the names along the way as far as they are constant: "steps",
	// "check_inventory", "available".
	Path []string
	// Start and End are its range of bytes in the source.
	Start, End int
}

// Step is the ID of the step that is read, or "".
func (r Reference) Step() string {
	if len(r.Path) > 1 && r.Path[0] == "steps" {
		return r.Path[1]
	}
	return ""
}

// webhookType is the type of a trigger of which nothing more is known.
var webhookType = &Type{Kind: Object, Fields: map[string]*Type{
	"method":     typeText,
	"path":       typeText,
	"query":      typeObject,
	"headers":    typeObject,
	"body":       typeAny,
	"receivedAt": typeDate,
}}

var executionType = &Type{Kind: Object, Open: true, Fields: map[string]*Type{
	"id": typeText, "mode": {Kind: Text, Choices: []any{"sync", "async"}}, "startedAt": typeDate,
}}

var flowType = &Type{Kind: Object, Open: true, Fields: map[string]*Type{
	"slug": typeText, "name": typeText, "version": typeInteger.nullable(),
}}
