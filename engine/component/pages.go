package component

import (
	"context"
	"fmt"
	"strings"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
)

// pages is how a query that is answered in parts is read to its end.
type pages struct {
	items    *expression.Program // the list in one answer
	next     *expression.Program // the cursor of the next one; null: the end
	limit    *expression.Program // how many items are wanted; null: all
	maxPages int
}

// readPages asks for page after page until there are no more, or enough, and
// never for more than the manifest and the size limit of an answer allow.
func (p *performance) readPages(ctx context.Context) (any, *flow.Failure) {
	items, size := []any{}, 0
	for page := 1; ; page++ {
		reply, failure := p.send(ctx, p.action.request, p.action.success)
		if failure != nil {
			return nil, failure
		}
		if size += len(reply.response.Body); size > outbound.DefaultMaxResponse {
			return nil, &flow.Failure{Code: flow.FailedLimit, Message: fmt.Sprintf(
				"%s sent more than %d MiB; ask for fewer items", p.action.Component.Title, outbound.DefaultMaxResponse>>20)}
		}
		values := p.answered(reply)
		part, next, limit, failure := p.page(values)
		if failure != nil {
			return nil, failure
		}
		items = append(items, part...)
		full := limit >= 0 && len(items) >= limit
		if !full && next != nil && next == p.cursor {
			return nil, &flow.Failure{Code: flow.FailedService, Message: fmt.Sprintf(
				"%s pointed to the same page of its answer twice", p.action.Component.Title)}
		}
		if next != nil && !full && page < p.action.pages.maxPages {
			p.cursor = next
			continue
		}
		values.Inputs["more"] = next != nil || limit >= 0 && len(items) > limit
		if limit >= 0 && len(items) > limit {
			items = items[:limit]
		}
		values.Inputs["items"] = items
		return p.output(values)
	}
}

// page reads one answer: its items, the cursor of the next page (nil at the
// end), and how many items are wanted in all (-1: all).
func (p *performance) page(values *expression.Values) (items []any, next any, limit int, failure *flow.Failure) {
	spec := p.action.pages
	value, err := spec.items.Eval(values)
	if err == nil {
		next, err = spec.next.Eval(values)
	}
	var most any
	if err == nil && spec.limit != nil {
		most, err = spec.limit.Eval(values)
	}
	if err != nil {
		return nil, nil, 0, p.broken("reading a page of the answer", err)
	}
	items, ok := value.([]any)
	if !ok && value != nil {
		return nil, nil, 0, &flow.Failure{Code: flow.FailedService, Message: fmt.Sprintf(
			"%s answered without the list that %s gives", p.action.Component.Title, p.action.Uses())}
	}
	switch next.(type) {
	case []any, map[string]any:
		next = jsonText(next)
	case string:
		if next == "" {
			next = nil
		}
	}
	limit = -1
	if n, ok := most.(int64); ok && n >= 0 {
		limit = int(min(n, 1<<31-1))
	}
	return items, next, limit, nil
}

// appendQuery adds one parameter to a URL.
func appendQuery(target, name, value string) string {
	joint := "?"
	if strings.Contains(target, "?") {
		joint = "&"
	}
	return target + joint + escapeQuery(name) + "=" + escapeQuery(value)
}
