package store

import (
	"context"
	"database/sql"
	"fmt"
)

// SQLiteVersion is the version of the SQLite library that this program has in
// it.
func SQLiteVersion(ctx context.Context) (version string, err error) {
	database, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", fmt.Errorf("opening SQLite: %w", err)
	}
	defer func() { _ = database.Close() }()
	err = database.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version)
	return version, err
}
