package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"redial/engine"
)

// SignInLife is how long a sign-in link may be used.
const SignInLife = 24 * time.Hour

// AddUser adds a person; one that is there already stays as it is. It reports
// whether the person is new.
func (s *Store) AddUser(ctx context.Context, name string) (added bool, err error) {
	if name == "" {
		return false, errors.New("adding a person: a name is needed")
	}
	return write(ctx, s.writer, func(c *conn) (bool, error) {
		rows, err := c.exec(`INSERT INTO users (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, s.now().UnixNano())
		return rows > 0, err
	})
}

// HasUsers reports whether there is anybody who may sign in.
func (s *Store) HasUsers(ctx context.Context) (bool, error) {
	var count int
	err := s.reader.find(ctx, `SELECT count(*) FROM users`, nil, &count)
	return count > 0, err
}

// CreateSignInLink makes what a one-use sign-in link of a person carries: 256
// random bits. Only their SHA-256 is stored.
func (s *Store) CreateSignInLink(ctx context.Context, user string) (secret string, err error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("making a sign-in link: %w", err)
	}
	secret = base64.RawURLEncoding.EncodeToString(random)
	_, err = write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		now := s.now()
		if _, err = c.exec(`DELETE FROM sign_in_links WHERE expires_at <= ?`, now.UnixNano()); err == nil {
			_, err = c.exec(`INSERT INTO sign_in_links (hash, user, expires_at) VALUES (?, ?, ?)`,
				tokenHash(secret), user, now.Add(SignInLife).UnixNano())
		}
		return none, err
	})
	return secret, err
}

// UseSignInLink is whose sign-in link it is, once: afterwards, and when it has
// expired, it is engine.ErrNotFound.
func (s *Store) UseSignInLink(ctx context.Context, secret string) (user string, err error) {
	// Whoever tries links out does not get as far as the one writer.
	if err := s.reader.find(ctx, `SELECT user FROM sign_in_links WHERE hash = ?`, []any{tokenHash(secret)}, &user); err != nil {
		return "", fmt.Errorf("using a sign-in link: %w", err)
	}
	return write(ctx, s.writer, func(c *conn) (user string, err error) {
		hash := tokenHash(secret)
		var owner sql.Null[string]
		var expires sql.Null[int64]
		found, err := c.find(`SELECT user, expires_at FROM sign_in_links WHERE hash = ?`, []any{hash}, &owner, &expires)
		if err != nil {
			return "", err
		}
		if !found || expires.V <= s.now().UnixNano() {
			return "", fmt.Errorf("using a sign-in link: %w", engine.ErrNotFound)
		}
		_, err = c.exec(`DELETE FROM sign_in_links WHERE hash = ?`, hash)
		return owner.V, err
	})
}
