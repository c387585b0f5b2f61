package designer_test

import (
	"context"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"redial/designer"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
	"redial/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// room is a store with a workshop beside it, as the server has them.
type room struct {
	designer.Workshop
	store  *store.Store
	drafts web.Drafts
}

func open(t *testing.T) *room {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Exclusive: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &room{workshop(t), s, web.Drafts{Store: s}}
}

// workshop knows one connection for each component, named after it.
func workshop(t *testing.T) designer.Workshop {
	t.Helper()
	client := outbound.New(outbound.Options{})
	t.Cleanup(client.Close)
	catalogue := components.Embedded()
	connections := map[string]string{}
	for _, c := range catalogue.Components() {
		connections[c.Name] = c.Name
	}
	return designer.Workshop{Library: step.NewLibrary(catalogue, client), Connections: connections}
}

// put stores a draft and answers with its revision.
func (r *room) put(t *testing.T, source string) int64 {
	t.Helper()
	imported, err := r.Import(t.Context(), r.drafts, []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return imported.Revision
}

func (r *room) publish(t *testing.T, slug string) *flow.Version {
	t.Helper()
	version, problems, err := r.Publish(t.Context(), r.drafts, slug, "")
	if err != nil || problems != nil {
		t.Fatalf("publishing %s: problems %v, error %v", slug, problems, err)
	}
	return version
}

func (r *room) change(t *testing.T, values map[string]any) *designer.Changed {
	t.Helper()
	changed, err := designer.ChangeSettings(t.Context(), r.drafts, "mirror", values, nil)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func (r *room) published(t *testing.T) *store.Published {
	t.Helper()
	published, err := r.store.Published(t.Context(), "mirror")
	if err != nil {
		t.Fatal(err)
	}
	return published
}

func (r *room) source(t *testing.T, slug string) string {
	t.Helper()
	source, _, err := r.drafts.Source(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// exported is the draft as people get it, however it is kept.
func (r *room) exported(t *testing.T, slug string) string {
	t.Helper()
	file, err := designer.Export([]byte(r.source(t, slug)))
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// interrupted are drafts that somebody else edits while one reads them.
type interrupted struct {
	web.Drafts
	edits []string
}

func (d *interrupted) Source(ctx context.Context, slug string) ([]byte, int64, error) {
	source, revision, err := d.Drafts.Source(ctx, slug)
	if err == nil && len(d.edits) > 0 {
		_, _, err = d.Put(ctx, slug, "edited", []byte(d.edits[0]), nil)
		d.edits = d.edits[1:]
	}
	return source, revision, err
}

const mirror = `# Says what it hears.
redial: 1
slug: mirror
trigger: {uses: webhook}
steps:
  answer:
    uses: respond
    with: {body: "{{ trigger.body }}"}
edges:
  - trigger -> answer
`

// mirrorWith is the flow with lines below its slug.
func mirrorWith(lines string) string {
	return strings.Replace(mirror, "slug: mirror\n", "slug: mirror\n"+lines, 1)
}
