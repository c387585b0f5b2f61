package flowfile

import (
	"fmt"
	"strings"

	"redial/engine/flow"
)

// edgeForm is how an edge is written, for messages.
const edgeForm = `write it as "from -> to" or "from.port -> to"`

// ParseEdge reads `from -> to` and `from.port -> to`. Whether the steps exist
// is not asked here. The error is a sentence.
func ParseEdge(text string) (flow.Edge, error) {
	from, to, found := strings.Cut(text, "->")
	if !found || strings.Contains(to, "->") {
		return flow.Edge{}, fmt.Errorf("%q is not an edge; %s", shorten(text), edgeForm)
	}
	from, port, hasPort := strings.Cut(strings.TrimSpace(from), ".")
	edge := flow.Edge{From: from, Port: port, To: strings.TrimSpace(to)}
	switch {
	case edge.From == "" || edge.To == "":
		return flow.Edge{}, fmt.Errorf("the edge %q has only one end; %s", shorten(text), edgeForm)
	case hasPort && edge.Port == "":
		return flow.Edge{}, fmt.Errorf("the edge %q has a dot but no port; %s", shorten(text), edgeForm)
	case strings.ContainsFunc(edge.From+edge.To, isNoName) || strings.TrimSpace(edge.Port) != edge.Port || strings.TrimSpace(edge.From) != edge.From:
		return flow.Edge{}, fmt.Errorf("%q is not an edge between two steps; %s", shorten(text), edgeForm)
	case strings.Contains(edge.To, "."):
		return flow.Edge{}, fmt.Errorf("the edge %q ends at a port; edges go into a step as a whole: %s -> %s",
			shorten(text), shorten(from), shorten(edge.To[:strings.IndexByte(edge.To, '.')]))
	}
	return edge, nil
}

// isNoName tells characters that no step ID can have. Others that are wrong,
// such as capitals, are left for the step's own problem to explain.
func isNoName(c rune) bool {
	return strings.ContainsRune(" \t\r\n,;:'\"(){}[]<>", c)
}
