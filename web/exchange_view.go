package web

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"redial/engine/flow"
)

// messageHeaders are the headers of a message in the order of their names.
func messageHeaders(m flow.Message) [][2]string {
	var headers [][2]string
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[name] {
			headers = append(headers, [2]string{name, value})
		}
	}
	return headers
}

// readableBody indents a body that is JSON and leaves all others as they are.
func readableBody(body string) string {
	trimmed := strings.TrimSpace(body)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return body
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(trimmed), "", "  "); err != nil {
		return body
	}
	return indented.String()
}

// lastParent is the execution that started one, out of the line of all.
func lastParent(parents string) string { return parents[strings.LastIndex(parents, "/")+1:] }
