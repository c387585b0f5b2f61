package edit

import (
	"slices"
	"strings"

	"redial/engine/flow"
)

func (c *Connect) apply(e *editor) (string, error) {
	if err := e.connect(c.Edge); err != nil {
		return "", err
	}
	return "Connect " + e.title(c.From) + " to " + e.title(c.To), nil
}

func (d *Disconnect) apply(e *editor) (string, error) {
	if err := e.cut(d.Edge); err != nil {
		return "", err
	}
	return "Disconnect " + e.title(d.From) + " from " + e.title(d.To), nil
}

func (r *Reconnect) apply(e *editor) (string, error) {
	edge := r.Edge
	for _, part := range []struct {
		now *string
		of  *string
	}{{r.NewFrom, &edge.From}, {r.NewPort, &edge.Port}, {r.NewTo, &edge.To}} {
		if part.now != nil {
			*part.of = *part.now
		}
	}
	label := "Connect " + e.title(edge.From) + " to " + e.title(edge.To)
	at, _, err := e.step(r.From)
	if err != nil {
		return "", err
	}
	items, err := e.items(at.body)
	if err != nil {
		return "", err
	}
	place := slices.Index(items, any(e.written(items, r.Edge)))
	if err := e.cut(r.Edge); err != nil {
		return "", err
	}
	if edge == r.Edge {
		e.setItems(at.body, items)
		return label, nil
	}
	if err := e.connect(edge); err != nil {
		return "", err
	}
	// The edge stays where it was in the file, if it is in the same body.
	now, _ := e.items(at.body)
	if last := len(now) - 1; len(now) == len(items) && place >= 0 {
		now = slices.Clone(now)
		e.setItems(at.body, slices.Insert(now[:last:last], place, now[last]))
	}
	return label, nil
}

// written is how a list of edges writes one.
func (e *editor) written(items []any, edge flow.Edge) string {
	for _, item := range items {
		if other, ok := e.edge(item); ok && other == edge {
			return item.(string)
		}
	}
	return edge.String()
}

// cut removes an edge.
func (e *editor) cut(edge flow.Edge) error {
	at, _, found := e.find(edge.From)
	if !found {
		at = e.bodyWith(edge)
	}
	if !slices.Contains(e.edges(at.body), edge) {
		return e.noEdge(edge)
	}
	return e.mapEdges(at.body, func(other flow.Edge) []flow.Edge {
		if other == edge {
			return nil
		}
		return []flow.Edge{other}
	})
}

// bodyWith finds the body with an edge whose first end does not exist, as drafts
// may have them.
func (e *editor) bodyWith(edge flow.Edge) spot {
	var holder spot
	e.walk(func(s spot, _ flow.Object) bool {
		if slices.Contains(e.edges(s.body), edge) {
			holder = s
			return false
		}
		return true
	})
	return holder
}

func (e *editor) noEdge(edge flow.Edge) error {
	return refuse(edge.From, "", "There is no edge %s any more. Somebody may have removed it", shorten(edge.String()))
}

// connect adds an edge, or says why that makes no sense.
func (e *editor) connect(edge flow.Edge) error {
	from, source, err := e.step(edge.From)
	if err != nil {
		return err
	}
	if edge.To == flow.TriggerID {
		return refuse(edge.From, "", "No edge leads into the trigger: the flow starts there")
	}
	to, _, err := e.step(edge.To)
	if err != nil {
		return err
	}
	title := opening(e.title(edge.From))
	switch {
	case edge.From == edge.To:
		return refuse(edge.From, "", "%s cannot follow itself. To repeat steps, put them into For each", title)
	case !slices.Equal(from.body, to.body):
		return e.crossing(edge.From, edge.To)
	}
	if err := e.checkPort(edge.From, source, edge.Port); err != nil {
		return err
	}
	edges := e.edges(from.body)
	if slices.Contains(edges, edge) {
		return refuse(edge.From, "", "%s leads to %s already", title, e.title(edge.To))
	}
	if circle := way(edges, edge.To, edge.From); circle != nil {
		return refuse(edge.From, "", "That would be a circle: %s. To repeat steps, put them into For each",
			e.route(append(circle, edge.To)))
	}
	return e.addEdges(from.body, edge)
}

// crossing refuses an edge between two bodies.
func (e *editor) crossing(from, to string) error {
	inside, outside := from, to
	at, _, _ := e.find(from)
	if at.owner == "" {
		inside, outside = to, from
		at, _, _ = e.find(to)
	}
	return refuse(from, "", "%s is inside of %s and %s is not. Edges do not lead through a frame",
		opening(e.title(inside)), e.title(at.owner), e.title(outside))
}

// way is the shortest way along edges from one step to another, both included;
// nil if there is none.
func way(edges []flow.Edge, from, to string) []string {
	next := make(map[string][]string, len(edges))
	for _, edge := range edges {
		next[edge.From] = append(next[edge.From], edge.To)
	}
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		id := queue[0]
		if id == to {
			var found []string
			for ; id != ""; id = before[id] {
				found = append(found, id)
			}
			slices.Reverse(found)
			return found
		}
		for _, after := range next[id] {
			if _, seen := before[after]; !seen {
				before[after] = id
				queue = append(queue, after)
			}
		}
	}
	return nil
}

// route names the steps of a way: "A → B → C". Of a long one the middle is
// left out.
func (e *editor) route(ids []string) string {
	const most = 6
	titles := make([]string, 0, len(ids))
	for i, id := range ids {
		if len(ids) > most && i == most/2 {
			titles = append(titles, "…")
		}
		if len(ids) <= most || i < most/2 || i >= len(ids)-most/2 {
			titles = append(titles, e.title(id))
		}
	}
	return strings.Join(titles, " → ")
}
