package edit

import (
	"slices"
	"strings"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// portsOf are the ports of a step; known is false for one whose kind the
// library does not have, which may have any.
func (e *editor) portsOf(step flow.Object, trigger bool) (ports []string, known bool) {
	if trigger {
		return []string{flow.DefaultPort}, true
	}
	kind := e.kind(step.Text("uses"))
	if kind == nil {
		return nil, false
	}
	with, _ := get[flow.Object](step, "with")
	all := kind.Ports(with)
	if all.Default {
		ports = append(ports, flow.DefaultPort)
	}
	ports = append(ports, all.Named...)
	if step.Text("on_error") == string(flow.OnErrorRoute) {
		ports = append(ports, flow.ErrorPort)
	}
	return ports, true
}

// firstPort is where an edge out of a step leaves if nobody says where: its
// default port, or its first named one.
func (e *editor) firstPort(id string, step flow.Object) string {
	ports, _ := e.portsOf(step, id == flow.TriggerID)
	if len(ports) == 0 || slices.Contains(ports, flow.DefaultPort) {
		return flow.DefaultPort
	}
	return ports[0]
}

// checkPort refuses edges out of ports that a step does not have.
func (e *editor) checkPort(id string, step flow.Object, port string) error {
	if parsed, err := flowfile.ParseEdge(flow.Edge{From: "a", Port: port, To: "b"}.String()); err != nil || parsed.Port != port {
		return refuse(id, "", "%q cannot be the name of a port", shorten(port))
	}
	ports, known := e.portsOf(step, id == flow.TriggerID)
	if !known || slices.Contains(ports, port) {
		return nil
	}
	title := opening(e.title(id))
	if port == flow.ErrorPort && id != flow.TriggerID {
		return refuse(id, "on_error", "%s has no way out on errors. Let it route errors first (on_error: route)", title)
	}
	if port == flow.DefaultPort {
		return refuse(id, "", "%s has no default port. It has %s", title, portList(ports))
	}
	return refuse(id, "", "%s has no port %q. It has %s", title, shorten(port), portList(ports))
}

func portList(ports []string) string {
	if len(ports) == 0 {
		return "none"
	}
	words := make([]string, len(ports))
	for i, port := range ports {
		words[i] = shorten(port)
		if port == flow.DefaultPort {
			words[i] = "the default port"
		}
	}
	return listed(words)
}

// portsChanged lets the edges out of a step follow what became of its ports:
// those out of renamed ones move, and those out of ports that are gone go too.
func (e *editor) portsChanged(at spot, before flow.Object, renamed map[string]string) error {
	_, after, found := e.find(at.id)
	if !found {
		return nil
	}
	had, knewBefore := e.portsOf(before, at.id == flow.TriggerID)
	have, known := e.portsOf(after, at.id == flow.TriggerID)
	if !known || knewBefore && slices.Equal(had, have) {
		return nil
	}
	var cut []string
	err := e.mapEdges(at.body, func(edge flow.Edge) []flow.Edge {
		if edge.From != at.id {
			return []flow.Edge{edge}
		}
		if port, moved := renamed[edge.Port]; moved {
			edge.Port = port
		} else if slices.Contains(have, edge.Port) || knewBefore && !slices.Contains(had, edge.Port) {
			return []flow.Edge{edge}
		}
		if !slices.Contains(have, edge.Port) {
			cut = append(cut, e.title(edge.To))
			return nil
		}
		return []flow.Edge{edge}
	})
	if len(cut) > 0 {
		slices.Sort(cut)
		e.notice("%s no longer leads to %s", opening(e.title(at.id)), listed(slices.Compact(cut)))
	}
	return err
}

// listed joins words: "a, b and c". Of many, the first ones are named.
func listed(words []string) string {
	const most = 5
	if len(words) > most {
		return strings.Join(words[:most-1], ", ") + " and " + counted(len(words)-most+1, "other", "others")
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
