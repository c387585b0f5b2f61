package store

import (
	"context"
	"errors"
	"time"

	"redial/engine"
)

// Sessions keeps sessions for the library scs. It implements its Store and
// CtxStore.
type Sessions struct{ store *Store }

// Sessions is the store's sessions.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// FindCtx is a session that has not expired.
func (k *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	var expires int64
	err = k.store.reader.find(ctx, `SELECT data, expires_at FROM sessions WHERE token = ?`, []any{token}, &data, &expires)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil || expires <= k.store.now().UnixNano() {
		return nil, false, err
	}
	return data, true, nil
}

// CommitCtx keeps a session until it expires, and drops those that have.
func (k *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := write(ctx, k.store.writer, func(c *conn) (none struct{}, err error) {
		if _, err = c.exec(`DELETE FROM sessions WHERE expires_at <= ?`, k.store.now().UnixNano()); err == nil {
			_, err = c.exec(`INSERT INTO sessions (token, data, expires_at) VALUES (?, ?, ?)
				ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
				token, data, expiry.UnixNano())
		}
		return none, err
	})
	return err
}

// DeleteCtx ends a session.
func (k *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := write(ctx, k.store.writer, func(c *conn) (none struct{}, err error) {
		_, err = c.exec(`DELETE FROM sessions WHERE token = ?`, token)
		return none, err
	})
	return err
}

// Find is FindCtx for a library that has no context at hand.
func (k *Sessions) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for a library that has no context at hand.
func (k *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for a library that has no context at hand.
func (k *Sessions) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }
