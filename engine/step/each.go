package step

import (
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

// MaxConcurrency is how many rounds of an each step run at once at most.
const MaxConcurrency = 100

var eachKind = &Kind{
	Uses: "each", Title: "For each", Icon: "repeat",
	Help: "Runs its inner steps once for every item of a list, and puts out the list of results in the same order.",
	Fields: []component.Field{
		required(field("items", "Items", component.KindExpression, "An expression that gives a list, or a list.")),
		literal(withDefault(field("as", "Item is called", component.KindText, "The name under which inner steps read their item."), "item")),
		literal(withDefault(field("concurrency", "At the same time", component.KindInteger, "How many rounds run at once, 1 to 100."), int64(1))),
		literal(withDefault(choice("on_item_error", "When a round fails", [2]string{"fail", "The step fails"}, [2]string{"continue", "The others go on"}), "fail")),
	},
	compile: func(c *Compiler) Runner {
		e := &Each{
			item:        c.itemName(),
			Concurrency: int(c.Integer("concurrency", 1, 1, MaxConcurrency)),
			Continue:    c.Choice("on_item_error", "fail", "fail", "continue") == "continue",
		}
		items, given := c.With.Get("items")
		switch v := items.(type) {
		case string:
			e.program = c.Expression("with.items", v)
		case []any:
			e.list = c.Value("with.items", v)
		default:
			if given {
				c.Report(flow.CodeInvalidValue, "with.items", "items is %s; it is an expression that gives a list, or a list", shown(items))
			}
		}
		if c.Step.Do == nil || len(c.Step.Do.Steps) == 0 {
			c.Report(flow.CodeMissingField, "with.do", "For each needs at least one step inside of it")
		}
		return e
	},
	output: func(*Compiler) *expression.Type { return &expression.Type{Kind: expression.List} },
}

func (c *Compiler) itemName() string {
	name := c.Word("as", "item")
	if !flow.ValidID(name) || name == "index" || name == "steps" || name == "config" || name == "execution" || name == "flow" {
		c.Report(flow.CodeInvalidValue, "with.as", "%q cannot name the item; use letters a-z, digits and _, and none of index, trigger, steps, config, execution, flow", name)
	}
	return name
}

// Each runs inner steps for every item of a list.
type Each struct {
	// Concurrency is how many rounds run at once.
	Concurrency int
	// Continue lets the other rounds go on when one has failed.
	Continue bool

	item    string
	program *expression.Program // one of the two
	list    *Value
}

// ItemName is the name under which inner steps read their item.
func (e *Each) ItemName() string { return e.item }

// ItemType is what is known about an item.
func (e *Each) ItemType() *expression.Type {
	if e.program == nil {
		return nil
	}
	if t := e.program.Type(); t != nil {
		return t.Items
	}
	return nil
}

// Items is the list. Null is an empty list. How long it may be is for the host to
// say.
func (e *Each) Items(values *expression.Values) ([]any, *flow.Failure) {
	var value any
	var failure *flow.Failure
	if e.program != nil {
		var err error
		if value, err = e.program.Eval(values); err != nil {
			return nil, expressionFailure("with.items", err)
		}
	} else if value, failure = e.list.Eval(values); failure != nil {
		return nil, failure
	}
	if value == nil {
		return nil, nil
	}
	items, ok := value.([]any)
	if !ok {
		return nil, inputFailure("with.items is %s; it has to be a list", shown(value))
	}
	return items, nil
}
