package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"redial/engine"
)

// Refusal is a kind of calls of a flow that were refused, so that nothing started, and
// how often that was. Nothing in it may be a credential, or a part of a body or a query:
// whoever records it sees to that.
type Refusal struct {
	Flow string // slug
	// Type is that of the problem. It is empty for the one kind of a flow that counts
	// all whose own kind is not kept; that has no status, detail or places either.
	Type   string
	Status int // of the answer
	// Detail is what the problem said, where it said more than its type.
	Detail string
	Places []RefusedPlace
	Count  int64
	// First and Last are when there was one.
	First, Last time.Time
	// ContentType and Caller, an address, are those of the last one.
	ContentType, Caller string
}

// RefusedPlace is a place of a body that did not fit.
type RefusedPlace struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// RefusalKind tells kinds of a flow apart.
type RefusalKind [16]byte

// Kind is made of what is the same for all refusals of a kind, but the flow.
func (r *Refusal) Kind() (kind RefusalKind) {
	hash := sha256.New()
	var size [8]byte
	add := func(text string) {
		binary.BigEndian.PutUint64(size[:], uint64(len(text)))
		hash.Write(size[:])
		hash.Write([]byte(text))
	}
	add(r.Type)
	binary.BigEndian.PutUint64(size[:], uint64(r.Status))
	hash.Write(size[:])
	add(r.Detail)
	for _, place := range r.Places {
		add(place.Pointer)
		add(place.Detail)
	}
	copy(kind[:], hash.Sum(nil))
	return kind
}

// Add counts the refusals of another one of the same kind.
func (r *Refusal) Add(other *Refusal) {
	r.Count += other.Count
	if other.First.Before(r.First) {
		r.First = other.First
	}
	if !other.Last.Before(r.Last) {
		r.Last, r.ContentType, r.Caller = other.Last, other.ContentType, other.Caller
	}
}

// Rest is the refusal counted under the kind of those whose own is not kept.
func (r *Refusal) Rest() *Refusal {
	return &Refusal{Flow: r.Flow, Count: r.Count, First: r.First, Last: r.Last}
}

const (
	// MaxRefusals is how many kinds are kept of a flow. Where there are more, the one
	// that was seen last the longest ago is counted with the rest.
	MaxRefusals = 200
	// refusalHours is for how many hours refusals are counted by the hour.
	refusalHours = 48
)

const (
	raiseRefusal = `UPDATE refusals SET count = count + ?3, first_at = min(first_at, ?4), last_at = max(last_at, ?5),
  content_type = CASE WHEN ?5 >= last_at THEN ?6 ELSE content_type END, caller = CASE WHEN ?5 >= last_at THEN ?7 ELSE caller END
WHERE flow = ?1 AND kind = ?2`
	insertRefusal = `INSERT INTO refusals (flow, kind, count, first_at, last_at, content_type, caller, type, status, detail, places)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE EXISTS (SELECT 1 FROM flows WHERE slug = ?1 AND published IS NOT NULL)`
	refusalColumns = `SELECT flow, type, status, detail, places, count, first_at, last_at, content_type, caller FROM refusals`
)

// AddRefusals counts refusals, each on top of what is kept of its kind, all of them or
// none. Those of flows that are not published are passed over.
func (s *Store) AddRefusals(ctx context.Context, refusals []Refusal) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		for i := range refusals {
			if err := refusals[i].enter(c); err != nil {
				return none, err
			}
		}
		return none, nil
	})
	if err != nil {
		return fmt.Errorf("counting calls that were refused: %w", err)
	}
	return nil
}

func (r *Refusal) enter(c *conn) error {
	counted, isNew, err := r.add(c)
	if err != nil || !counted {
		return err
	}
	if err := r.addHour(c); err != nil || !isNew {
		return err
	}
	kinds, err := countRefusals(c, r.Flow)
	if err == nil && kinds > MaxRefusals {
		err = foldRefusal(c, r.Flow)
	}
	return err
}

// add counts a refusal under its kind. counted is false if its flow is not published.
func (r *Refusal) add(c *conn) (counted, isNew bool, err error) {
	kind := r.Kind()
	values := []any{r.Flow, kind[:], r.Count, r.First.UnixNano(), r.Last.UnixNano(), r.ContentType, r.Caller}
	rows, err := c.exec(raiseRefusal, values...)
	if err != nil || rows > 0 {
		return rows > 0, false, err
	}
	places := ""
	if len(r.Places) > 0 {
		encoded, err := json.Marshal(r.Places)
		if err != nil {
			return false, false, err
		}
		places = string(encoded)
	}
	rows, err = c.exec(insertRefusal, append(values, r.Type, int64(r.Status), r.Detail, places)...)
	return rows > 0, rows > 0, err
}

// addHour counts a refusal in its hour. With each new hour, those that are too old go.
func (r *Refusal) addHour(c *conn) error {
	hour := hourOf(r.Last)
	rows, err := c.exec(`UPDATE refusal_hours SET count = count + ?3 WHERE flow = ?1 AND hour = ?2`, r.Flow, hour, r.Count)
	if err != nil || rows > 0 {
		return err
	}
	if _, err := c.exec(`INSERT INTO refusal_hours (flow, hour, count) VALUES (?, ?, ?)`, r.Flow, hour, r.Count); err != nil {
		return err
	}
	_, err = c.exec(`DELETE FROM refusal_hours WHERE flow = ? AND hour < ?`, r.Flow, hour-refusalHours)
	return err
}

// countRefusals counts the kinds of a flow, all but the rest.
func countRefusals(c *conn, slug string) (int64, error) {
	var count sql.Null[int64]
	_, err := c.find(`SELECT count(*) FROM refusals WHERE flow = ? AND type <> ''`, []any{slug}, &count)
	return count.V, err
}

// foldRefusal counts the oldest kind of a flow with the rest.
func foldRefusal(c *conn, slug string) error {
	var kind sql.Null[[]byte]
	var count, first, last sql.Null[int64]
	found, err := c.find(`SELECT kind, count, first_at, last_at FROM refusals WHERE flow = ? AND type <> '' ORDER BY last_at, kind LIMIT 1`,
		[]any{slug}, &kind, &count, &first, &last)
	if err != nil || !found {
		return err
	}
	if _, err := c.exec(`DELETE FROM refusals WHERE flow = ? AND kind = ?`, slug, slices.Clone(kind.V)); err != nil {
		return err
	}
	rest := Refusal{Flow: slug, Count: count.V, First: fromMoment(first), Last: fromMoment(last)}
	_, _, err = rest.add(c)
	return err
}

// hourOf is the hour of a time, counted from 1970.
func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// Refusals are the kinds of calls of a flow that were refused, those seen last first,
// and the rest at the end. With an empty slug they are those of all flows, at most limit.
func (s *Store) Refusals(ctx context.Context, slug string, limit int) ([]Refusal, error) {
	query, args := refusalColumns+` ORDER BY last_at DESC, kind LIMIT ?`, []any{pageSize(limit)}
	if slug != "" {
		query, args = refusalColumns+` WHERE flow = ? ORDER BY type = '', last_at DESC, kind`, []any{slug}
	}
	refusals, err := all(ctx, s.reader, query, args, scanRefusal)
	if err != nil {
		return nil, fmt.Errorf("listing calls that were refused: %w", err)
	}
	return refusals, nil
}

func scanRefusal(rows *sql.Rows) (r Refusal, err error) {
	var places string
	var first, last sql.Null[int64]
	if err := rows.Scan(&r.Flow, &r.Type, &r.Status, &r.Detail, &places, &r.Count, &first, &last, &r.ContentType, &r.Caller); err != nil {
		return r, err
	}
	r.First, r.Last = fromMoment(first), fromMoment(last)
	if places != "" {
		err = json.Unmarshal([]byte(places), &r.Places)
	}
	return r, err
}

// CountRefused is how many calls of a flow were refused since a time, which is taken
// back to the beginning of its hour. It knows of the last two days.
func (s *Store) CountRefused(ctx context.Context, slug string, since time.Time) (int64, error) {
	var count int64
	err := s.reader.find(ctx, `SELECT coalesce(sum(count), 0) FROM refusal_hours WHERE flow = ? AND hour >= ?`,
		[]any{slug, hourOf(since)}, &count)
	if err != nil {
		return 0, fmt.Errorf("counting calls of flow %s that were refused: %w", slug, err)
	}
	return count, nil
}

// SweepRefusals forgets kinds of refusals that were not seen since a time, at most
// limit, and returns how many.
func (s *Store) SweepRefusals(ctx context.Context, before time.Time, limit int) (int, error) {
	var some int
	err := s.reader.find(ctx, `SELECT 1 FROM refusals WHERE last_at < ? LIMIT 1`, []any{before.UnixNano()}, &some)
	if errors.Is(err, engine.ErrNotFound) {
		return 0, nil // which is so nearly always, and costs no commit
	}
	swept := int64(0)
	if err == nil {
		swept, err = write(ctx, s.writer, func(c *conn) (int64, error) {
			if _, err := c.exec(`DELETE FROM refusal_hours WHERE hour < ?`, hourOf(before)); err != nil {
				return 0, err
			}
			return c.exec(`DELETE FROM refusals WHERE (flow, kind) IN
  (SELECT flow, kind FROM refusals WHERE last_at < ? ORDER BY last_at LIMIT ?)`, before.UnixNano(), int64(limit))
		})
	}
	if err != nil {
		return 0, fmt.Errorf("forgetting calls that were refused: %w", err)
	}
	return int(swept), nil
}

// dropRefusals is what deleting a flow means for its refusals.
func dropRefusals(c *conn, slug string) error {
	if _, err := c.exec(`DELETE FROM refusals WHERE flow = ?`, slug); err != nil {
		return err
	}
	_, err := c.exec(`DELETE FROM refusal_hours WHERE flow = ?`, slug)
	return err
}
