package component

import (
	"context"
	"fmt"
	"time"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
)

const (
	// MaxChoices is the most values that a service may offer for a field.
	MaxChoices = 1000
	// maxChoiceTitle is the longest name of a value, in characters.
	maxChoiceTitle = 200
)

// Choice is one value of a field that offers a few.
type Choice struct {
	Value any
	Title string
}

// ChoiceSource says how a field's values are asked of the service itself: by an
// action of the same component that changes nothing.
type ChoiceSource struct {
	// Action is the name of that action.
	Action string

	at    node
	input map[string]any
	items *expression.Program // the list; nil: the output
	value *expression.Program
	title *expression.Program // nil: the value
}

func readChoiceSource(n node) *ChoiceSource {
	s := &ChoiceSource{at: n}
	anything := &expression.Type{Kind: expression.Any}
	in := names{"item": anything}
	n.object(keys{
		"action": func(n node) { s.Action = n.filled() },
		"input": func(n node) {
			if n.entries() != nil {
				s.input, _ = n.plain().(map[string]any)
			}
		},
		"items": func(n node) { s.items = n.expression(names{"output": anything}) },
		"value": func(n node) { s.value = n.expression(in) },
		"title": func(n node) { s.title = n.expression(in) },
	}, "action", "value")
	n.reader.sources = append(n.reader.sources, s)
	return s
}

// checkChoiceSources looks at what can be known only once all actions are read.
func (m *manifest) checkChoiceSources(sources []*ChoiceSource) {
	for _, s := range sources {
		action := m.component.Action(s.Action)
		switch {
		case s.Action == "":
		case action == nil:
			known := make([]string, len(m.component.Actions))
			for i, a := range m.component.Actions {
				known[i] = a.Name
			}
			s.at.invalid("the choices come from the action %q, which is not there%s", shorten(s.Action), didYouMean(s.Action, known))
		case action.Effect != Safe:
			s.at.invalid("the choices come from the action %q, which is %s; it must be safe, as it is called while people fill in a form", s.Action, action.Effect)
		default:
			if _, finding := action.accept(s.input); finding != nil {
				s.at.invalid("what is given to the action %q, which the choices come from, does not fit: %s", s.Action, finding)
			}
		}
	}
}

// Choices asks the service for the values of a field, at most MaxChoices. The
// failure says what went wrong and holds no secret.
func (c *Component) Choices(
	ctx context.Context, client *outbound.Client, connection *Connection, source *ChoiceSource,
) ([]Choice, *flow.Failure) {
	action := c.Action(source.Action)
	if action == nil {
		return nil, &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf("%s has no action %s", c.Title, source.Action)}
	}
	now := time.Now().UTC()
	output, failure := action.Perform(ctx, client, Call{Input: source.input, Connection: connection, Now: now})
	if failure != nil {
		return nil, failure
	}
	list, err := source.list(output, now)
	if err != nil {
		return nil, &flow.Failure{Code: flow.FailedExpression, Message: fmt.Sprintf(
			"reading the choices that %s gave: %s", action.Uses(), err)}
	}
	choices := make([]Choice, 0, min(len(list), MaxChoices))
	for _, item := range list[:min(len(list), MaxChoices)] {
		choice, err := source.choice(item, now)
		if err != nil {
			return nil, &flow.Failure{Code: flow.FailedExpression, Message: fmt.Sprintf(
				"reading a choice that %s gave: %s", action.Uses(), err)}
		}
		if choice.Value != nil {
			choices = append(choices, choice)
		}
	}
	return choices, nil
}

func (s *ChoiceSource) list(output any, now time.Time) ([]any, error) {
	if s.items != nil {
		var err error
		if output, err = s.items.Eval(&expression.Values{Now: now, Inputs: map[string]any{"output": output}}); err != nil {
			return nil, err
		}
	}
	list, isList := output.([]any)
	if !isList && output != nil {
		return nil, fmt.Errorf("it is no list")
	}
	return list, nil
}

func (s *ChoiceSource) choice(item any, now time.Time) (Choice, error) {
	values := &expression.Values{Now: now, Inputs: map[string]any{"item": item}}
	value, err := s.value.Eval(values)
	if err != nil || value == nil {
		return Choice{}, err
	}
	title := any(nil)
	if s.title != nil {
		if title, err = s.title.Eval(values); err != nil {
			return Choice{}, err
		}
	}
	if title == nil {
		title = value
	}
	text := plainText(title)
	if runes := []rune(text); len(runes) > maxChoiceTitle {
		text = string(runes[:maxChoiceTitle-1]) + "…"
	}
	return Choice{value, text}, nil
}
