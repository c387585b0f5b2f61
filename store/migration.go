package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"redial/engine/crashpoint"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the tables up to date. mayChange is asked before anything is
// changed.
func migrate(ctx context.Context, c driver.Connector, mayChange func() error) (err error) {
	database := sql.OpenDB(c)
	database.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, database.Close()) }()
	if err := checkSQLite(ctx, database); err != nil {
		return err
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, database, files,
		goose.WithDisableGlobalRegistry(true), goose.WithTableName("migrations"))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	current, newest, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("reading the version of the database: %w", explain(err))
	case current == newest:
		return nil
	case current > newest:
		return fmt.Errorf("%w (its tables have version %d, this program knows %d)", ErrNewer, current, newest)
	}
	if err := mayChange(); err != nil {
		return err
	}
	crashpoint.Here(crashpoint.MigrateBefore)
	for at := current; at < newest; {
		// Each is a transaction of its own, with its entry in the table of those
		// that are done.
		done, err := provider.UpByOne(ctx)
		if err != nil {
			return fmt.Errorf("bringing the database from version %d to %d: %w", at, newest, explain(err))
		}
		at = done.Source.Version
		crashpoint.Here(crashpoint.MigrateBetween)
	}
	crashpoint.Here(crashpoint.MigrateAfter)
	return nil
}
