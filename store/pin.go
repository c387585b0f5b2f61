package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"redial/engine"
)

// Pin is the output that a person has pinned to a step of a draft, for its
// tests.
type Pin struct {
	Step string
	// Output is JSON.
	Output []byte
	At     time.Time
	User   string // who pinned it
}

// Bounds of what is pinned.
const (
	MaxPinBytes  = 1 << 20 // of one step
	MaxPinsBytes = 4 << 20 // of one flow; all of it is read to try an expression
)

// ErrPinTooLarge says that the output of a step, or those of all steps of a flow,
// are more than is kept of what is pinned.
var ErrPinTooLarge = errors.New("one step can have 1 MiB pinned to it, and all steps of a flow 4 MiB; pin a smaller value, or unpin other steps")

// Pin is what is pinned to a step; engine.ErrNotFound if nothing is.
func (s *Store) Pin(ctx context.Context, slug, step string) (*Pin, error) {
	pin := &Pin{Step: step}
	var at sql.Null[int64]
	if err := s.reader.find(ctx, `SELECT output, at, user FROM flow_pins WHERE slug = ? AND step = ?`,
		[]any{slug, step}, &pin.Output, &at, &pin.User); err != nil {
		return nil, fmt.Errorf("reading the pin of step %s of flow %s: %w", step, slug, err)
	}
	pin.At = fromMoment(at)
	return pin, nil
}

// Pins is all that is pinned to steps of a flow, in the order of their IDs. It
// may be about steps that the draft does not have at present.
func (s *Store) Pins(ctx context.Context, slug string) ([]Pin, error) {
	pins, err := all(ctx, s.reader, `SELECT step, output, at, user FROM flow_pins WHERE slug = ? ORDER BY step`, []any{slug},
		func(rows *sql.Rows) (pin Pin, err error) {
			var at sql.Null[int64]
			err = rows.Scan(&pin.Step, &pin.Output, &at, &pin.User)
			pin.At = fromMoment(at)
			return pin, err
		})
	if err != nil {
		return nil, fmt.Errorf("reading the pins of flow %s: %w", slug, err)
	}
	return pins, nil
}

// PutPin pins an output, in place of the one before; At is of the store's
// clock. engine.ErrNotFound if there is no such flow; ErrPinTooLarge.
func (s *Store) PutPin(ctx context.Context, slug string, pin Pin) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		old, err := findDraft(c, slug)
		if err != nil {
			return none, err
		}
		if !old.exists {
			return none, engine.ErrNotFound
		}
		var others sql.Null[int64]
		if _, err := c.find(`SELECT sum(length(output)) FROM flow_pins WHERE slug = ? AND step <> ?`, []any{slug, pin.Step}, &others); err != nil {
			return none, err
		}
		if len(pin.Output) > MaxPinBytes || others.V+int64(len(pin.Output)) > MaxPinsBytes {
			return none, ErrPinTooLarge
		}
		return none, putPin(c, slug, pin, s.now().UnixNano())
	})
	if err != nil {
		return fmt.Errorf("pinning the output of step %s of flow %s: %w", pin.Step, slug, err)
	}
	return nil
}

func putPin(c *conn, slug string, pin Pin, at int64) error {
	_, err := c.exec(`INSERT INTO flow_pins (slug, step, output, at, user) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (slug, step) DO UPDATE SET output = ?3, at = ?4, user = ?5`, slug, pin.Step, pin.Output, at, pin.User)
	return err
}

// DeletePins takes away what is pinned to steps; steps that have nothing pinned
// to them are passed over.
func (s *Store) DeletePins(ctx context.Context, slug string, steps ...string) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		for _, step := range steps {
			if err := deletePin(c, slug, step); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	if err != nil {
		return fmt.Errorf("unpinning steps of flow %s: %w", slug, err)
	}
	return nil
}

func deletePin(c *conn, slug, step string) error {
	_, err := c.exec(`DELETE FROM flow_pins WHERE slug = ? AND step = ?`, slug, step)
	return err
}

// movePins is what an edit of the draft means for its pins: they follow steps that
// got other IDs, and a new step begins without one.
func movePins(c *conn, slug string, renamed map[string]string, created []string) error {
	if err := renamePins(c, slug, renamed); err != nil {
		return err
	}
	for _, step := range created {
		if err := deletePin(c, slug, step); err != nil {
			return err
		}
	}
	return nil
}

// renamePins takes the new IDs by the old ones, all at once. What was pinned under a
// new ID belonged to a step that is gone, and is dropped.
func renamePins(c *conn, slug string, renamed map[string]string) error {
	type row struct {
		pin Pin
		at  int64
	}
	var rows []row
	for _, before := range slices.Sorted(maps.Keys(renamed)) {
		var output sql.Null[[]byte]
		var at sql.Null[int64]
		var user sql.Null[string]
		found, err := c.find(`SELECT output, at, user FROM flow_pins WHERE slug = ? AND step = ?`, []any{slug, before}, &output, &at, &user)
		if err != nil {
			return err
		}
		if found {
			rows = append(rows, row{Pin{Step: renamed[before], Output: slices.Clone(output.V), User: user.V}, at.V})
		}
	}
	for before, after := range renamed {
		for _, step := range []string{before, after} {
			if err := deletePin(c, slug, step); err != nil {
				return err
			}
		}
	}
	for _, r := range rows {
		if err := putPin(c, slug, r.pin, r.at); err != nil {
			return err
		}
	}
	return nil
}
