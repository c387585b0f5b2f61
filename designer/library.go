package designer

import (
	"fmt"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
)

// Library is a library with components that were added at run time.
func Library(base *step.Library, added []flow.Manifest) (*step.Library, error) {
	if len(added) == 0 {
		return base, nil
	}
	components := make([]*component.Component, 0, len(added))
	for _, manifest := range added {
		parsed, problems := component.Parse(manifest.Source)
		if flow.HasErrors(problems) {
			return nil, fmt.Errorf("reading the manifest of %s: %s", manifest.Name, problems[0].Message)
		}
		components = append(components, parsed)
	}
	return base.With(base.Catalogue().With(components...)), nil
}
