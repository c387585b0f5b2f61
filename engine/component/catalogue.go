package component

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"redial/engine/flow"
	"redial/engine/outbound"
)

// Catalogue is a set of components. It is immutable: With makes a new one. The
// revisions that a name had before stay reachable by version or hash, so that
// a published flow keeps the manifest that it was published with.
type Catalogue struct {
	current   map[string]*Component
	revisions map[string][]*Component // oldest first
	titles    []*Component            // the current ones by title
}

// NewCatalogue is a catalogue of these components.
func NewCatalogue(components ...*Component) *Catalogue {
	return (&Catalogue{}).With(components...)
}

// With is the catalogue with more components. One of a name that is there
// already takes its place.
func (c *Catalogue) With(more ...*Component) *Catalogue {
	next := &Catalogue{current: maps.Clone(c.current), revisions: maps.Clone(c.revisions)}
	if next.current == nil {
		next.current, next.revisions = map[string]*Component{}, map[string][]*Component{}
	}
	for _, component := range more {
		next.current[component.Name] = component
		others := slices.DeleteFunc(slices.Clone(next.revisions[component.Name]), func(o *Component) bool { return o.Hash == component.Hash })
		next.revisions[component.Name] = append(others, component)
	}
	next.titles = slices.SortedFunc(maps.Values(next.current), func(a, b *Component) int {
		return strings.Compare(strings.ToLower(a.Title)+"\x00"+a.Name, strings.ToLower(b.Title)+"\x00"+b.Name)
	})
	return next
}

// Components are all components in the order of their titles. The list must
// not be changed.
func (c *Catalogue) Components() []*Component { return c.titles }

// Component finds a component by its name. The error suggests the nearest one.
func (c *Catalogue) Component(name string) (*Component, error) {
	if component, found := c.current[name]; found {
		return component, nil
	}
	return nil, fmt.Errorf("there is no component %q%s", shorten(name), didYouMean(name, slices.Collect(maps.Keys(c.current))))
}

// Auth makes the credentials of any component's connection ready for a request,
// for steps that make requests of their own. See ConnectionSpec.Auth.
func (c *Catalogue) Auth(connection *Connection) (outbound.Auth, *flow.Failure) {
	if connection == nil {
		return nil, nil
	}
	component, err := c.Component(connection.Component)
	if err == nil && component.Connection == nil {
		err = fmt.Errorf("the component %s has no connections", component.Name)
	}
	if err != nil {
		return nil, &flow.Failure{Code: flow.FailedConnection, Message: fmt.Sprintf("the connection %s cannot be used: %s", connection.Name, err)}
	}
	return component.Connection.Auth(connection)
}

// minHash is how much of a hash names a revision.
const minHash = 8

// Action finds the action that a step uses: "acme/check-inventory", or with a
// revision "acme/check-inventory@VERSION" where VERSION is what the manifest
// calls itself or at least eight digits of its hash. The error says which part
// is unknown and suggests the nearest name.
func (c *Catalogue) Action(uses string) (*Action, error) {
	path, revision, pinned := strings.Cut(uses, "@")
	name, actionName, found := strings.Cut(path, "/")
	if !found {
		return nil, fmt.Errorf("%q names no action; write it as component/action", shorten(uses))
	}
	component, err := c.Component(name)
	if err != nil {
		return nil, err
	}
	if pinned {
		if component = c.revision(name, revision); component == nil {
			return nil, fmt.Errorf("the component %s has no version %q here", name, shorten(revision))
		}
	}
	action := component.Action(actionName)
	if action == nil {
		names := make([]string, 0, len(component.Actions))
		for _, a := range component.Actions {
			names = append(names, a.Name)
		}
		return nil, fmt.Errorf("the component %s has no action %q%s", name, shorten(actionName), didYouMean(actionName, names))
	}
	return action, nil
}

// revision finds a component's revision, the newest that fits.
func (c *Catalogue) revision(name, revision string) *Component {
	for _, component := range slices.Backward(c.revisions[name]) {
		if revision != "" && component.Version == revision ||
			len(revision) >= minHash && strings.HasPrefix(component.Hash, revision) {
			return component
		}
	}
	return nil
}
