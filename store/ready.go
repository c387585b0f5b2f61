package store

import (
	"context"
	"fmt"
)

// Ready says why nothing can be read or stored at the moment; nil: both can.
// After something could not be stored it tries to store something, which may take
// as long as Options.LockWait. Otherwise it only reads: those who ask often cost
// nothing.
func (s *Store) Ready(ctx context.Context) error {
	if _, err := s.Generation(ctx); err != nil {
		return err
	}
	if !s.writer.failing.Load() {
		return nil
	}
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		// Writing what is there already would write nothing.
		return none, raiseGeneration(c)
	})
	if err != nil {
		return fmt.Errorf("trying to store something: %w", err)
	}
	return nil
}
