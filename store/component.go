package store

import (
	"context"
	"database/sql"
	"fmt"

	"redial/engine/flow"
)

// Components lists the components that were added at run time, by name.
func (s *Store) Components(ctx context.Context) ([]flow.Manifest, error) {
	manifests, err := all(ctx, s.reader, `SELECT m.hash, c.name, m.source FROM components c
JOIN manifests m ON m.hash = c.hash ORDER BY c.name`, nil, scanManifest)
	if err != nil {
		return nil, fmt.Errorf("listing components: %w", err)
	}
	return manifests, nil
}

// PutComponent adds a component or replaces the one of its name. Published
// versions keep the manifest that they were frozen with.
func (s *Store) PutComponent(ctx context.Context, m flow.Manifest) error {
	if err := checkManifest(m); err != nil {
		return fmt.Errorf("storing a component: %w", err)
	}
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		if err := putManifest(c, m); err != nil {
			return none, err
		}
		rows, err := c.exec(`INSERT INTO components (name, hash, updated_at) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, updated_at = excluded.updated_at WHERE hash <> excluded.hash`,
			m.Name, m.Hash, s.now().UnixNano())
		if err != nil || rows == 0 {
			return none, err
		}
		return none, raiseGeneration(c)
	})
	return err
}

func putManifest(c *conn, m flow.Manifest) error {
	_, err := c.exec(`INSERT INTO manifests (hash, name, source) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		m.Hash, m.Name, m.Source)
	return err
}

func scanManifest(rows *sql.Rows) (m flow.Manifest, err error) {
	err = rows.Scan(&m.Hash, &m.Name, &m.Source)
	return m, err
}
