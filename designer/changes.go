package designer

import (
	"bytes"
	"fmt"
	"slices"

	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
)

// Differs reports whether publishing a draft would change anything for callers:
// what the flow does, the components that it is made of, or its settings.
func (d *Draft) Differs(library *step.Library, published *flow.Version, settings flow.Settings) (bool, error) {
	content, err := frozen(d.Flow)
	if err != nil {
		return false, fmt.Errorf("comparing flow %s with version %d: %w", d.Flow.Slug, published.Number, err)
	}
	sameComponent := func(a, b flow.Manifest) bool { return a.Hash == b.Hash }
	same := bytes.Equal(content, published.Content) && d.Flow.Settings.Equal(settings) &&
		slices.EqualFunc(manifests(d.Flow, library), published.Components, sameComponent)
	return !same, nil
}

// frozen is a flow in the form in which versions are kept. Settings live beside
// versions: changing them makes no new one.
func frozen(f *flow.Flow) ([]byte, error) {
	alone := *f
	alone.Settings = flow.DefaultSettings()
	return flowfile.WriteJSON(&alone)
}
