package command

import (
	"context"

	"redial/web/retention"
)

// usualRetention is retention.Usual as the flag writes it.
var usualRetention = retention.Text(retention.Usual.Calls) + ",tests=" + retention.Text(retention.Usual.Tests)

func parseRetention(text string) (retention.Policy, error) {
	policy, err := retention.Parse(text)
	if err != nil {
		return policy, usageError("--retention has %v", err)
	}
	return policy, nil
}

// retain drops old executions until the context ends. The store is closed after that.
func (s *server) retain(ctx context.Context) {
	dropper := retention.New(retention.Options{
		Store: s.store, Policy: s.retention, Dropped: s.web.ExecutionsDropped, Logger: s.logger,
	})
	s.beside(ctx, dropper.Run)
}
