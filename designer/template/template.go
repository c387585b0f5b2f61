// Package template holds the flows that people start from: complete flow files
// that run against the simulated services of the demo.
package template

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed *.yaml
var files embed.FS

// Template is a flow to start from.
type Template struct {
	Slug   string
	Source []byte // flow file
}

// All are the templates, in the order of their slugs.
func All() []Template {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(fmt.Sprintf("listing the embedded templates: %v", err))
	}
	templates := make([]Template, len(names))
	for i, name := range names {
		source, err := files.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("reading the embedded template %s: %v", name, err))
		}
		templates[i] = Template{Slug: name[:len(name)-len(".yaml")], Source: source}
	}
	return templates
}
