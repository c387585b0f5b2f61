// Package template holds the flows that people start from: complete flow files
// without problems, once the connections that they name are there.
package template

import (
	"embed"
	"fmt"
	"slices"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

//go:embed *.yaml
var files embed.FS

// Template is a flow to start from.
type Template struct {
	// Slug is that of the flow file, and Name and Description say what it does.
	Slug, Name, Description string
	Source                  []byte // flow file
	// Uses are the kinds of its steps, in the order of the file, each once.
	Uses []string
}

// names are the files in the order in which they are offered: what shows most
// comes first, the empty one last.
var names = []string{"order-request", "customer-from-three-crms", "webhook-to-http", "blank"}

// all is read at the start: a template that cannot be read is a mistake of ours.
var all = func() []Template {
	templates := make([]Template, len(names))
	for i, name := range names {
		t, err := read(name)
		if err != nil {
			panic(fmt.Sprintf("reading the template %s: %v", name, err))
		}
		templates[i] = t
	}
	return templates
}()

// All are the templates, in the order in which they are offered.
func All() []Template { return slices.Clone(all) }

// Find is the template of a slug.
func Find(slug string) (Template, bool) {
	i := slices.IndexFunc(all, func(t Template) bool { return t.Slug == slug })
	if i < 0 {
		return Template{}, false
	}
	return all[i], true
}

func read(name string) (Template, error) {
	source, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return Template{}, err
	}
	document, err := flowfile.Read(source)
	if err != nil {
		return Template{}, err
	}
	f := document.Flow
	t := Template{Slug: f.Slug, Name: f.Name, Description: f.Description, Source: source}
	f.All(func(s *flow.Step) bool {
		if !slices.Contains(t.Uses, s.Uses) {
			t.Uses = append(t.Uses, s.Uses)
		}
		return true
	})
	return t, nil
}
