package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// oldestSQLite is the first version without a bug that can corrupt a database
// in WAL mode when a checkpoint resets the log.
var oldestSQLite = []int{3, 51, 3}

// SQLiteVersion is the version of the SQLite library that this program has in
// it.
func SQLiteVersion(ctx context.Context) (version string, err error) {
	database, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", fmt.Errorf("opening SQLite: %w", err)
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	return sqliteVersion(ctx, database)
}

func sqliteVersion(ctx context.Context, database *sql.DB) (version string, err error) {
	if err := database.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version); err != nil {
		return "", fmt.Errorf("opening the database: %w", explain(err))
	}
	return version, nil
}

// checkSQLite refuses a library that may lose data. It guards against a build
// with another version than the one that was tested.
func checkSQLite(ctx context.Context, database *sql.DB) error {
	text, err := sqliteVersion(ctx, database)
	if err != nil {
		return err
	}
	version := make([]int, len(oldestSQLite))
	if _, err := fmt.Sscanf(text, "%d.%d.%d", &version[0], &version[1], &version[2]); err != nil {
		return fmt.Errorf("reading SQLite's version %q: %w", text, err)
	}
	if slices.Compare(version, oldestSQLite) < 0 {
		return fmt.Errorf("SQLite %s can corrupt databases; build Redial with SQLite %d.%d.%d or later",
			text, oldestSQLite[0], oldestSQLite[1], oldestSQLite[2])
	}
	return nil
}
