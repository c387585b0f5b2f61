package web

import (
	"context"
	"regexp"
	"sync"

	"redial/engine/component"
	"redial/web/inspector"
	"redial/web/ui"
)

// choiceTitles remembers what services call the values that people choose from,
// so that a form says more than an ID. What was not asked for since the server
// began is not known.
type choiceTitles struct {
	mu sync.Mutex
	of map[choiceSource]map[string]string // titles by values as JSON
}

// choiceSource is where choices are from. A connection that was changed may lead
// to another account, whose IDs mean something else.
type choiceSource struct {
	uses, path, connection string
	updated                int64
}

// maxChoiceSources bounds what is remembered; a source has MaxChoices at most.
const maxChoiceSources = 200

var listIndex = regexp.MustCompile(`\[\d+\]`)

// choiceSource is where the choices of a field at a path are from: those of all
// items of a list are the same.
func (s *Server) choiceSource(ctx context.Context, uses, path, connection string) choiceSource {
	source := choiceSource{uses: uses, path: listIndex.ReplaceAllString(path, ""), connection: connection}
	if connection != "" {
		if stored, err := s.store.Connection(ctx, connection); err == nil {
			source.updated = stored.Updated.UnixNano()
		}
	}
	return source
}

func (c *choiceTitles) keep(source choiceSource, choices []component.Choice) {
	titles := make(map[string]string, len(choices))
	for _, choice := range choices {
		titles[inspector.FieldJSON(choice.Value)] = ui.Shortened(choice.Title, 200)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || len(c.of) >= maxChoiceSources {
		c.of = map[choiceSource]map[string]string{}
	}
	c.of[source] = titles
}

// title is what the service calls a value; empty if that is not known.
func (c *choiceTitles) title(source choiceSource, value any) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[source][inspector.FieldJSON(value)]
}
