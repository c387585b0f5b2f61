package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"redial/designer"
	"redial/designer/canvas"
)

// drawings remembers how drafts looked at their last revisions, so that a page
// can be told what changed since the one that it shows.
type drawings struct {
	mu sync.Mutex
	// latest are in the order of their last use.
	latest []*drawing
}

// drawing is a revision of a draft as its page shows it.
type drawing struct {
	slug     string
	revision int64
	workshop *designer.Workshop
	canvas   *canvas.Drawing
	// graph is the runGraph of the page, without executions, as JSON.
	graph []byte
	// redrawn says that the revision looked another way before, with other
	// components or connections: a page that shows it may show either.
	redrawn bool
}

// Bounds of what is remembered. Drawings of a flow share what looks alike.
const (
	maxDrawings     = 40
	maxDrawingCards = 20_000
)

// find is the drawing of a revision; nil if it is not known (any more).
func (d *drawings) find(slug string, revision int64) *drawing {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, found := range d.latest {
		if found.slug == slug && found.revision == revision {
			copy(d.latest[i:], d.latest[i+1:])
			d.latest[len(d.latest)-1] = found
			return found
		}
	}
	return nil
}

// similar is the newest drawing of a flow; nil if there is none.
func (d *drawings) similar(slug string) *canvas.Drawing {
	d.mu.Lock()
	defer d.mu.Unlock()
	var newest *drawing
	for _, known := range d.latest {
		if known.slug == slug && (newest == nil || known.revision > newest.revision) {
			newest = known
		}
	}
	if newest == nil {
		return nil
	}
	return newest.canvas
}

func (d *drawings) keep(drawn *drawing) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.latest = slices.DeleteFunc(d.latest, func(other *drawing) bool {
		return other.slug == drawn.slug && other.revision == drawn.revision
	})
	d.latest = append(d.latest, drawn)
	cards := 0
	for i := len(d.latest) - 1; i >= 0; i-- {
		cards += len(d.latest[i].canvas.Graph.Cards)
		// The revision before this one is needed in any case.
		if n := len(d.latest) - i; n > 2 && (n > maxDrawings || cards > maxDrawingCards) {
			d.latest = slices.Delete(d.latest, 0, i+1)
			return
		}
	}
}

// draw draws a revision of a draft, unless that was done already.
func (d *drawings) draw(
	ctx context.Context, workshop *designer.Workshop, slug string, revision int64, draft *designer.Draft,
) (*drawing, error) {
	known := d.find(slug, revision)
	if known != nil && known.workshop == workshop {
		return known, nil
	}
	drawn := &drawing{slug: slug, revision: revision, workshop: workshop, redrawn: known != nil}
	var err error
	drawn.canvas, err = canvas.Draw(ctx, draftGraph(workshop, draft), canvas.Options{}, d.similar(slug))
	if err == nil {
		drawn.graph, err = json.Marshal(newRunGraph(draft.Flow, workshop.Library))
	}
	if err != nil {
		return nil, fmt.Errorf("drawing flow %s: %w", slug, err)
	}
	d.keep(drawn)
	return drawn, nil
}

// draftGraph is a draft as its page shows it.
func draftGraph(workshop *designer.Workshop, draft *designer.Draft) *canvas.Graph {
	graph := canvas.Build(draft.Flow, workshop.Library, toldProblems(draft))
	graph.ShowAnswers(draft.Answers)
	return graph
}

// since is what changed on the canvas between an earlier revision and this one,
// and the graph that scripts know, nil if that is still the same.
func (d *drawing) since(earlier *drawing) (delta *canvas.Delta, graph json.RawMessage) {
	if earlier == nil || earlier.redrawn && earlier != d {
		return d.canvas.Since(nil), d.graph
	}
	delta = d.canvas.Since(earlier.canvas)
	if !bytes.Equal(d.graph, earlier.graph) {
		graph = d.graph
	}
	return delta, graph
}
