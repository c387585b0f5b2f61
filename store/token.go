package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"redial/engine"
)

// tokenPrefix lets people and secret scanners recognise a token.
const tokenPrefix = "redial_"

// Token is an API token as lists show it. The token itself is not stored.
type Token struct {
	Name    string
	Created time.Time
}

// CreateToken makes an API token of 256 random bits under a name, or returns
// ErrExists. This is the only time it can be seen: only its SHA-256 is stored.
func (s *Store) CreateToken(ctx context.Context, name string) (token string, err error) {
	if name == "" {
		return "", errors.New("creating a token: it needs a name")
	}
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("creating a token: %w", err)
	}
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	_, err = write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		rows, err := c.exec(`INSERT INTO tokens (hash, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			tokenHash(token), name, s.now().UnixNano())
		if err == nil && rows == 0 {
			err = fmt.Errorf("creating token %q: %w", name, ErrExists)
		}
		return none, err
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// CheckToken is the name of a token; engine.ErrNotFound if it is none.
func (s *Store) CheckToken(ctx context.Context, token string) (name string, err error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return "", fmt.Errorf("checking a token: %w", engine.ErrNotFound)
	}
	// Looking the hash up takes a time that tells nothing about the token.
	err = s.reader.find(ctx, `SELECT name FROM tokens WHERE hash = ?`, []any{tokenHash(token)}, &name)
	if err != nil {
		return "", fmt.Errorf("checking a token: %w", err)
	}
	return name, nil
}

// Tokens lists the API tokens by name.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	tokens, err := all(ctx, s.reader, `SELECT name, created_at FROM tokens ORDER BY name`, nil,
		func(rows *sql.Rows) (t Token, err error) {
			var created sql.Null[int64]
			err = rows.Scan(&t.Name, &created)
			t.Created = fromMoment(created)
			return t, err
		})
	if err != nil {
		return nil, fmt.Errorf("listing tokens: %w", err)
	}
	return tokens, nil
}

// DeleteToken makes a token worthless; engine.ErrNotFound.
func (s *Store) DeleteToken(ctx context.Context, name string) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		rows, err := c.exec(`DELETE FROM tokens WHERE name = ?`, name)
		if err == nil && rows == 0 {
			err = fmt.Errorf("deleting token %q: %w", name, engine.ErrNotFound)
		}
		return none, err
	})
	return err
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
