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
	// Slug and Name are those of the flow file.
	Slug, Name string
	// What says to those who look for a template what it does. The description in
	// the flow file is another: callers of the flow read that.
	What   string
	Source []byte // flow file
	// Uses are the kinds of its steps, in the order of the file, each once.
	Uses []string
}

// offered are the files and what they do, in the order in which they are offered:
// the empty one first, then what shows most.
var offered = []struct{ file, what string }{
	{"blank", "A webhook, and an empty canvas: you say what happens."},
	{"order-request", "Takes an order, checks the stock of every line, and makes the invoice and the order, or tells the warehouse what is missing. The shop gets the answer on the same line."},
	{"customer-from-three-crms", "Asks Salesforce, HubSpot and Pipedrive side by side who a person is, and puts what they say together. One of them may fail or be slow."},
	{"webhook-to-http", "Passes what comes in on to another address, and answers with what that says."},
}

// all is read at the start: a template that cannot be read is a mistake of ours.
var all = func() []Template {
	templates := make([]Template, len(offered))
	for i, o := range offered {
		t, err := read(o.file)
		if err != nil {
			panic(fmt.Sprintf("reading the template %s: %v", o.file, err))
		}
		t.What = o.what
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
	t := Template{Slug: f.Slug, Name: f.Name, Source: source}
	f.All(func(s *flow.Step) bool {
		if !slices.Contains(t.Uses, s.Uses) {
			t.Uses = append(t.Uses, s.Uses)
		}
		return true
	})
	return t, nil
}
