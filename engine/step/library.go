package step

import (
	"fmt"
	"slices"
	"strings"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/outbound"
)

// Library finds kinds of steps: the built-in ones and the actions of a
// catalogue. It is immutable.
type Library struct {
	builtin   []*Kind
	catalogue *component.Catalogue
	client    *outbound.Client
}

// NewLibrary is the library of a catalogue's actions, whose calls go through
// the client.
func NewLibrary(catalogue *component.Catalogue, client *outbound.Client) *Library {
	return &Library{
		builtin: []*Kind{
			webhookKind, manualKind, scheduleKind,
			newHTTPKind(client, catalogue), branchKind, transformKind, respondKind,
			waitKind, eachKind, childKind, failKind,
		},
		catalogue: catalogue, client: client,
	}
}

// With is the same library over another catalogue.
func (l *Library) With(catalogue *component.Catalogue) *Library {
	return &Library{builtin: l.builtin, catalogue: catalogue, client: l.client}
}

// Catalogue is where the library's actions come from.
func (l *Library) Catalogue() *component.Catalogue { return l.catalogue }

// Builtin are the built-in kinds, triggers first.
func (l *Library) Builtin() []*Kind { return slices.Clone(l.builtin) }

// Kind finds what `uses` names. The error says what is not there and what may
// have been meant.
func (l *Library) Kind(uses string) (*Kind, error) {
	if strings.Contains(uses, "/") {
		action, err := l.catalogue.Action(uses)
		if err != nil {
			return nil, err
		}
		return newActionKind(uses, action, l.client), nil
	}
	names := make([]string, len(l.builtin))
	for i, kind := range l.builtin {
		if kind.Uses == uses {
			return kind, nil
		}
		names[i] = kind.Uses
	}
	if uses == "" {
		return nil, fmt.Errorf("the step does not say what it uses; name a built-in step such as http, or an action such as acme/check-inventory")
	}
	if near := flow.Nearest(uses, names); near != "" {
		return nil, fmt.Errorf("there is no step %q; did you mean %q?", uses, near)
	}
	return nil, fmt.Errorf("there is no step %q; built in are %s, and actions are named component/action", uses, strings.Join(names, ", "))
}
