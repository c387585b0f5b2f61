package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"redial/engine"
	"redial/engine/crashpoint"
	"redial/engine/flow"
)

// Publication is what publishing freezes and puts into effect.
type Publication struct {
	Slug string
	// Content is the flow file in its canonical JSON form.
	Content []byte
	// Components are the manifests that the flow's steps use.
	Components []flow.Manifest
	Settings   flow.Settings
	Comment    string
	User       string // who publishes, for the history
}

// Published is what callers of a flow get.
type Published struct {
	// Version has neither content nor components: Store.Version reads them.
	Version  flow.Version
	Settings flow.Settings
}

// Publish freezes a version and makes it the published one; engine.ErrNotFound
// if there is no such flow. Content and components that are published already
// get no new version, only the settings take effect.
func (s *Store) Publish(ctx context.Context, p Publication) (*flow.Version, error) {
	settings, err := json.Marshal(p.Settings)
	if err != nil {
		return nil, fmt.Errorf("publishing flow %s: %w", p.Slug, err)
	}
	content, err := freeze(p.Content, p.Components)
	if err != nil {
		return nil, fmt.Errorf("publishing flow %s: %w", p.Slug, err)
	}
	return write(ctx, s.writer, func(c *conn) (*flow.Version, error) {
		old, err := findDraft(c, p.Slug)
		if err != nil {
			return nil, err
		}
		if !old.exists {
			return nil, fmt.Errorf("publishing flow %s: %w", p.Slug, engine.ErrNotFound)
		}
		version, err := content.published(c, old.published)
		if err != nil {
			return nil, err
		}
		if version != nil && string(old.settings) == string(settings) {
			return version, nil
		}
		if version == nil {
			version, err = content.number(c, flow.Version{Flow: p.Slug, Comment: p.Comment, Created: s.now()})
			if err != nil {
				return nil, err
			}
		}
		crashpoint.Here(crashpoint.PublishMiddle)
		if _, err := c.exec(`UPDATE flows SET published = ?, settings = ? WHERE slug = ?`,
			version.ID, string(settings), p.Slug); err != nil {
			return nil, err
		}
		if err := p.record(c, old, version, s.now()); err != nil {
			return nil, err
		}
		return version, raiseGeneration(c)
	})
}

// Freeze keeps the content of a draft for test runs, as a version with number
// 0. Content that was frozen before gives the same version. It does not raise
// the generation, as no other version is affected.
func (s *Store) Freeze(
	ctx context.Context, slug string, content []byte, components []flow.Manifest,
) (*flow.Version, error) {
	f, err := freeze(content, components)
	if err != nil {
		return nil, fmt.Errorf("freezing flow %s: %w", slug, err)
	}
	return write(ctx, s.writer, func(c *conn) (*flow.Version, error) {
		var id, created sql.Null[int64]
		found, err := c.find(`SELECT id, created_at FROM versions WHERE flow = ? AND hash = ? AND number = 0`,
			[]any{slug, f.hash}, &id, &created)
		if err != nil {
			return nil, err
		}
		version := flow.Version{ID: id.V, Flow: slug, Created: fromMoment(created)}
		if !found {
			version.Created = s.now()
			return f.insert(c, version)
		}
		return f.complete(version), nil
	})
}

// frozen is the content of a version.
type frozen struct {
	content    []byte
	components []flow.Manifest
	hash       []byte // over both
}

func freeze(content []byte, components []flow.Manifest) (frozen, error) {
	hash := sha256.New()
	sum := sha256.Sum256(content)
	hash.Write(sum[:])
	for _, manifest := range components {
		if err := checkManifest(manifest); err != nil {
			return frozen{}, err
		}
		hash.Write([]byte(manifest.Hash))
	}
	return frozen{content, components, hash.Sum(nil)}, nil
}

func checkManifest(m flow.Manifest) error {
	if sum := sha256.Sum256(m.Source); m.Hash != hex.EncodeToString(sum[:]) {
		return fmt.Errorf("the hash of component %s is not that of its source", m.Name)
	}
	return nil
}

func (f frozen) complete(v flow.Version) *flow.Version {
	v.Content, v.Components = f.content, f.components
	return &v
}

// published is the version with the given ID if it has this content.
func (f frozen) published(c *conn, id int64) (*flow.Version, error) {
	var (
		slug, comment   sql.Null[string]
		number, created sql.Null[int64]
	)
	found, err := c.find(`SELECT flow, number, comment, created_at FROM versions WHERE id = ? AND hash = ?`,
		[]any{id, f.hash}, &slug, &number, &comment, &created)
	if err != nil || !found {
		return nil, err
	}
	return f.complete(flow.Version{
		ID: id, Flow: slug.V, Number: int(number.V), Comment: comment.V, Created: fromMoment(created),
	}), nil
}

// number stores the content under the next number of its flow. Versions of a
// deleted flow of the same slug count.
func (f frozen) number(c *conn, v flow.Version) (*flow.Version, error) {
	var last sql.Null[int64]
	if _, err := c.find(`SELECT max(number) FROM versions WHERE flow = ? AND number > 0`, []any{v.Flow}, &last); err != nil {
		return nil, err
	}
	v.Number = int(last.V) + 1
	return f.insert(c, v)
}

func (f frozen) insert(c *conn, v flow.Version) (*flow.Version, error) {
	var err error
	v.ID, err = c.insert(`INSERT INTO versions (flow, number, hash, content, comment, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		v.Flow, int64(v.Number), f.hash, f.content, v.Comment, v.Created.UnixNano())
	if err != nil {
		return nil, err
	}
	for i, manifest := range f.components {
		if err := putManifest(c, manifest); err != nil {
			return nil, err
		}
		if _, err := c.exec(`INSERT INTO version_manifests (version_id, position, hash) VALUES (?, ?, ?)`,
			v.ID, int64(i), manifest.Hash); err != nil {
			return nil, err
		}
	}
	return f.complete(v), nil
}

// Published is what is published under a slug; engine.ErrNotFound.
func (s *Store) Published(ctx context.Context, slug string) (*Published, error) {
	var (
		p        = Published{Version: flow.Version{Flow: slug}}
		settings []byte
		created  sql.Null[int64]
	)
	err := s.reader.find(ctx, `SELECT v.id, v.number, v.comment, v.created_at, f.settings
FROM flows f JOIN versions v ON v.id = f.published WHERE f.slug = ?`, []any{slug},
		&p.Version.ID, &p.Version.Number, &p.Version.Comment, &created, &settings)
	if err == nil {
		p.Version.Created = fromMoment(created)
		p.Settings, err = decodeSettings(settings)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the published version of flow %s: %w", slug, err)
	}
	return &p, nil
}

// Versions lists the numbered versions of a flow, newest first, without content
// and components.
func (s *Store) Versions(ctx context.Context, slug string) ([]flow.Version, error) {
	versions, err := all(ctx, s.reader, `SELECT id, number, comment, created_at FROM versions
WHERE flow = ? AND number > 0 ORDER BY number DESC`, []any{slug}, func(rows *sql.Rows) (flow.Version, error) {
		v, created := flow.Version{Flow: slug}, sql.Null[int64]{}
		err := rows.Scan(&v.ID, &v.Number, &v.Comment, &created)
		v.Created = fromMoment(created)
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("listing versions of flow %s: %w", slug, err)
	}
	return versions, nil
}

// Version implements engine.Journal.
func (s *Store) Version(ctx context.Context, id int64) (*flow.Version, error) {
	v, created := flow.Version{ID: id}, sql.Null[int64]{}
	err := s.reader.find(ctx, `SELECT flow, number, content, comment, created_at FROM versions WHERE id = ?`, []any{id},
		&v.Flow, &v.Number, &v.Content, &v.Comment, &created)
	if err != nil {
		return nil, fmt.Errorf("reading version %d: %w", id, err)
	}
	v.Created = fromMoment(created)
	v.Components, err = all(ctx, s.reader, `SELECT m.hash, m.name, m.source FROM version_manifests vm
JOIN manifests m ON m.hash = vm.hash WHERE vm.version_id = ? ORDER BY vm.position`, []any{id}, scanManifest)
	if err != nil {
		return nil, fmt.Errorf("reading components of version %d: %w", id, err)
	}
	return &v, nil
}
