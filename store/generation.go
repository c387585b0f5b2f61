package store

import (
	"context"
	"fmt"
)

// Generation is a number that every change of flows, published versions,
// settings, connections and components raises, by whatever process. What a
// caller has read of these is current as long as the number stays the same.
func (s *Store) Generation(ctx context.Context) (int64, error) {
	var value int64
	if err := s.reader.find(ctx, `SELECT value FROM generation`, nil, &value); err != nil {
		return 0, fmt.Errorf("reading the generation: %w", err)
	}
	return value, nil
}

// raiseGeneration is part of the transaction that makes the change.
func raiseGeneration(c *conn) error {
	_, err := c.exec(`UPDATE generation SET value = value + 1`)
	return err
}
