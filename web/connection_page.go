package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"redial/engine/caller"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
	"redial/store"
)

// connectionList is the page of connections: the list, and beside it one of them,
// a new one, or the choice what it is to be for.
type connectionList struct {
	Items []connectionItem
	// Chosen says that the address asks for what is beside the list. Narrow
	// screens show either.
	Chosen bool
	Form   *connectionForm
	// Choices are the components that connections can be made for.
	Choices []*component.Component
}

// connectionItem is a connection of the list. Its secrets are not in it.
type connectionItem struct {
	Name      string
	Component string // as people know it
	Icon      string
	Tint      string
	Updated   time.Time
	// Fault says why nothing can be done with it, such as "incomplete: token
	// missing"; empty: nothing is wrong.
	Fault string
}

// connectionsPage shows the connections.
func (s *Server) connectionsPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.connectionList(r.Context())
	if err != nil {
		s.pageFault(w, r, "listing connections", err)
		return
	}
	name, query := r.PathValue("name"), r.URL.Query()
	switch {
	case name != "":
		list.Chosen = true
		list.Form, err = s.storedForm(r.Context(), name)
	case query.Get("new") != "":
		list.Chosen = true
		list.Form, err = s.newForm(r.Context(), query.Get("new"), list.Items)
	case query.Has("new"):
		list.Chosen = true
	case len(list.Items) > 0:
		list.Form, err = s.storedForm(r.Context(), list.Items[0].Name)
	}
	if err != nil {
		s.pageFault(w, r, "reading a connection", err)
		return
	}
	s.renderConnections(w, r, http.StatusOK, list)
}

func (s *Server) renderConnections(w http.ResponseWriter, r *http.Request, status int, list *connectionList) {
	if fragment(r) {
		// The answer is for our own script, and a browser logs other statuses as
		// failures of the page.
		s.Render(w, r, http.StatusOK, connectionDetail(list))
		return
	}
	s.Render(w, r, status, connectionsView(list))
}

func (s *Server) connectionList(ctx context.Context) (*connectionList, error) {
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := s.store.Connections(ctx)
	if err != nil {
		return nil, err
	}
	catalogue := workshop.Library.Catalogue()
	list := &connectionList{}
	for i := range stored {
		item := itemOf(catalogue, &stored[i])
		item.Fault = workshop.Accounts[item.Name].Fault
		list.Items = append(list.Items, item)
	}
	for _, c := range catalogue.Components() {
		if c.Connection != nil && len(c.Connection.Fields) > 0 {
			list.Choices = append(list.Choices, c)
		}
	}
	return list, nil
}

// words are what a connection is found by.
func (i *connectionItem) words() string { return strings.ToLower(i.Name + " " + i.Component) }

func itemOf(catalogue *component.Catalogue, c *store.Connection) connectionItem {
	item := connectionItem{Name: c.Name, Component: c.Component, Icon: "plug", Tint: unknownTint, Updated: c.Updated}
	if owner, err := catalogue.Component(c.Component); err == nil {
		item.Component, item.Icon, item.Tint = owner.Title, owner.Icon, owner.Tint
		if c.Component == step.HTTPComponent && c.Fields[caller.UseField] == caller.UseCallers {
			item.Component = callersTitle
		}
	}
	return item
}

// callersTitle is what connections with the credentials of callers are called.
const callersTitle = "Credentials of callers"

// unknownTint is that of a component that is not there any more.
const unknownTint = "#5f6b7a"

// connectionUse is a flow that uses a connection.
type connectionUse struct {
	Slug, Name string
	Steps      []*flow.Step
	Trigger    bool
}

// maxUses bounds how many flows are listed that use a connection.
const maxUses = 50

// connectionUses are the flows whose drafts name a connection, in the order of
// their slugs. more says that there may be others.
func (s *Server) connectionUses(ctx context.Context, name string) (uses []connectionUse, more bool, err error) {
	for after := ""; ; {
		drafts, err := s.store.Drafts(ctx, after, store.MaxPage)
		if err != nil {
			return nil, false, err
		}
		for i := range drafts {
			if use, found := useOf(&drafts[i], name); found {
				if len(uses) == maxUses {
					return uses, true, nil
				}
				uses = append(uses, use)
			}
		}
		if len(drafts) < store.MaxPage {
			return uses, false, nil
		}
		after = drafts[len(drafts)-1].Slug
	}
}

// useOf looks for a connection in a draft. Most drafts are not read: what does
// not hold the name does not use it.
func useOf(draft *store.Draft, name string) (connectionUse, bool) {
	use := connectionUse{Slug: draft.Slug, Name: draft.Name}
	if use.Name == "" {
		use.Name = draft.Slug
	}
	if !bytes.Contains(draft.Source, []byte(name)) {
		return use, false
	}
	document, err := flowfile.Read(draft.Source)
	if err != nil {
		return use, false
	}
	document.Flow.All(func(s *flow.Step) bool {
		if s.Connection == name {
			use.Steps = append(use.Steps, s)
		}
		return true
	})
	auth, _ := document.Flow.Trigger.With.Get("auth")
	if object, ok := auth.(flow.Object); ok && object.Text("connection") == name {
		use.Trigger = true
	}
	return use, use.Trigger || len(use.Steps) > 0
}

// freeName is a name for a connection of a component that no other has.
func freeName(component string, taken []connectionItem) string {
	for n := 1; ; n++ {
		name := numberedName(component, n)
		if !slices.ContainsFunc(taken, func(i connectionItem) bool { return i.Name == name }) {
			return name
		}
	}
}

func numberedName(name string, n int) string {
	if n == 1 {
		return name
	}
	return name + "-" + strconv.Itoa(n)
}
