// Package components is the catalogue of components that come with Redial: one
// manifest per component and nothing else. A new component is one new file
// beside this one; docs/components.md says how to write it. No Go code of a
// single component may be here.
package components

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"sync"

	"redial/engine/component"
)

//go:embed *.yaml
var manifests embed.FS

// Embedded is the catalogue of the components that come with the program. It
// is read once; that every manifest can be read is proved by the tests.
var Embedded = sync.OnceValue(func() *component.Catalogue {
	entries, err := manifests.ReadDir(".")
	if err != nil {
		panic("reading the embedded components: " + err.Error())
	}
	all := make([]*component.Component, 0, len(entries))
	for _, entry := range entries {
		source, err := manifests.ReadFile(entry.Name())
		if err != nil {
			panic("reading the embedded component " + entry.Name() + ": " + err.Error())
		}
		parsed, problems := component.Parse(source)
		if parsed == nil {
			panic(fmt.Sprintf("the embedded component %s cannot be read: %v", entry.Name(), problems))
		}
		if parsed.Name != strings.TrimSuffix(path.Base(entry.Name()), ".yaml") {
			panic(fmt.Sprintf("the embedded component %s is named %s", entry.Name(), parsed.Name))
		}
		all = append(all, parsed)
	}
	return component.NewCatalogue(all...)
})
