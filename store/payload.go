package store

import (
	"context"
	"fmt"
)

// TestPayload is the call that test runs of a flow pretend to be, as it was put;
// engine.ErrNotFound if nobody has put one.
func (s *Store) TestPayload(ctx context.Context, slug string) ([]byte, error) {
	var payload []byte
	if err := s.reader.find(ctx, `SELECT payload FROM flow_payloads WHERE slug = ?`, []any{slug}, &payload); err != nil {
		return nil, fmt.Errorf("reading the test payload of flow %s: %w", slug, err)
	}
	return payload, nil
}

// PutTestPayload keeps the call that test runs of a flow pretend to be, instead
// of the one before. It outlives the flow: one that is made anew under the slug
// has it again.
func (s *Store) PutTestPayload(ctx context.Context, slug string, payload []byte) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		_, err = c.exec(`INSERT INTO flow_payloads (slug, payload, updated_at) VALUES (?1, ?2, ?3)
ON CONFLICT (slug) DO UPDATE SET payload = ?2, updated_at = ?3`, slug, payload, s.now().UnixNano())
		return none, err
	})
	if err != nil {
		return fmt.Errorf("keeping the test payload of flow %s: %w", slug, err)
	}
	return nil
}
