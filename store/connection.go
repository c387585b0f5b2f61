package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"redial/engine"
	"redial/engine/flow"
)

// Connection holds the address and the credentials that an action needs.
type Connection struct {
	Name      string
	Component string
	// Fields are plain JSON values. They are encrypted in the database.
	Fields  map[string]any
	Updated time.Time
}

// String leaves the fields out, as they are secret.
func (c Connection) String() string { return fmt.Sprintf("connection %s of %s", c.Name, c.Component) }

// GoString is String.
func (c Connection) GoString() string { return c.String() }

// LogValue is String.
func (c Connection) LogValue() slog.Value { return slog.StringValue(c.String()) }

const connectionColumns = `SELECT name, component, key_id, fields, updated_at FROM connections`

// connectionRecord is a row of connectionColumns.
type connectionRecord struct {
	Connection
	keyID   string
	sealed  []byte
	updated sql.Null[int64]
}

func (r *connectionRecord) places() []any {
	return []any{&r.Name, &r.Component, &r.keyID, &r.sealed, &r.updated}
}

func (r *connectionRecord) open(s *sealer) (Connection, error) {
	c := r.Connection
	c.Updated = fromMoment(r.updated)
	data, err := s.open(r.keyID, c.Name, c.Component, r.sealed)
	if err != nil {
		return c, fmt.Errorf("reading connection %s: %w", c.Name, err)
	}
	value, err := flow.DecodeJSON(data)
	if err != nil {
		// The decoder's error might quote the fields.
		return c, fmt.Errorf("reading connection %s: its fields are damaged; enter them again", c.Name)
	}
	c.Fields, _ = value.(map[string]any)
	return c, nil
}

// Connection reads a connection with its secrets; engine.ErrNotFound.
func (s *Store) Connection(ctx context.Context, name string) (*Connection, error) {
	var row connectionRecord
	if err := s.reader.find(ctx, connectionColumns+` WHERE name = ?`, []any{name}, row.places()...); err != nil {
		return nil, fmt.Errorf("reading connection %s: %w", name, err)
	}
	connection, err := row.open(s.sealer)
	if err != nil {
		return nil, err
	}
	return &connection, nil
}

// Connections lists the connections with their secrets, by name.
func (s *Store) Connections(ctx context.Context) ([]Connection, error) {
	connections, err := all(ctx, s.reader, connectionColumns+` ORDER BY name`, nil, func(rows *sql.Rows) (Connection, error) {
		var row connectionRecord
		if err := rows.Scan(row.places()...); err != nil {
			return row.Connection, err
		}
		return row.open(s.sealer)
	})
	if err != nil {
		return nil, fmt.Errorf("listing connections: %w", err)
	}
	return connections, nil
}

// PutConnection creates or replaces a connection. Updated is set by the store.
func (s *Store) PutConnection(ctx context.Context, connection Connection) error {
	if connection.Name == "" || connection.Component == "" {
		return errors.New("storing a connection: it needs a name and a component")
	}
	if connection.Fields == nil {
		connection.Fields = map[string]any{}
	}
	data, err := flow.EncodeJSON(connection.Fields)
	if err != nil {
		return fmt.Errorf("storing connection %s: its fields are not plain values", connection.Name)
	}
	sealed := s.sealer.seal(connection.Name, connection.Component, data)
	_, err = write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		_, err = c.exec(`INSERT INTO connections (name, component, key_id, fields, updated_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET component = excluded.component, key_id = excluded.key_id,
  fields = excluded.fields, updated_at = excluded.updated_at`,
			connection.Name, connection.Component, s.sealer.id, sealed, s.now().UnixNano())
		if err != nil {
			return none, err
		}
		return none, raiseGeneration(c)
	})
	return err
}

// DeleteConnection deletes a connection; engine.ErrNotFound.
func (s *Store) DeleteConnection(ctx context.Context, name string) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		rows, err := c.exec(`DELETE FROM connections WHERE name = ?`, name)
		if err != nil {
			return none, err
		}
		if rows == 0 {
			return none, fmt.Errorf("deleting connection %s: %w", name, engine.ErrNotFound)
		}
		return none, raiseGeneration(c)
	})
	return err
}
