package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"redial/engine/flow"
)

// Publishing is what the history says of a version that was published. Other
// changes are named after the setting that was changed.
const Publishing = "publish"

// HistoryEntry is one change of a flow that its callers notice.
type HistoryEntry struct {
	At time.Time
	// User is who made the change; empty for a command on the machine.
	User string
	// What is Publishing or the name of a setting.
	What string
	// From and To are the values of a setting, or numbers of versions; From is
	// empty for the first version.
	From, To string
	Comment  string // of a publication
}

// History is what was done to a flow, newest first; at most limit entries, which
// is DefaultPage if 0 and at most MaxPage. That of a deleted flow of the same
// slug belongs to it.
func (s *Store) History(ctx context.Context, slug string, limit int) ([]HistoryEntry, error) {
	entries, err := all(ctx, s.reader, `SELECT at, user, what, old_value, new_value, comment FROM flow_history
WHERE slug = ? ORDER BY id DESC LIMIT ?`, []any{slug, pageSize(limit)}, func(rows *sql.Rows) (e HistoryEntry, err error) {
		var at sql.Null[int64]
		err = rows.Scan(&at, &e.User, &e.What, &e.From, &e.To, &e.Comment)
		e.At = fromMoment(at)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the history of flow %s: %w", slug, err)
	}
	return entries, nil
}

// record is part of the transaction that makes the change.
func record(c *conn, slug string, e HistoryEntry) error {
	_, err := c.exec(`INSERT INTO flow_history (slug, at, user, what, old_value, new_value, comment) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		slug, e.At.UnixNano(), e.User, e.What, e.From, e.To, e.Comment)
	return err
}

// recordSettings records every setting that differs.
func recordSettings(c *conn, slug, user string, at time.Time, from, to flow.Settings) error {
	after := settingTexts(to)
	for i, before := range settingTexts(from) {
		if before == after[i] {
			continue
		}
		entry := HistoryEntry{At: at, User: user, What: before.name, From: before.value, To: after[i].value}
		if err := record(c, slug, entry); err != nil {
			return err
		}
	}
	return nil
}

// record puts down what a publication changes for callers.
func (p Publication) record(c *conn, old oldDraft, version *flow.Version, now time.Time) error {
	entry := HistoryEntry{At: now, User: p.User, What: Publishing, To: strconv.Itoa(version.Number), Comment: p.Comment}
	if old.published == 0 {
		return record(c, p.Slug, entry)
	}
	before, err := decodeSettings(old.settings)
	if err != nil {
		return err
	}
	if version.ID != old.published {
		var number sql.Null[int64]
		if _, err := c.find(`SELECT number FROM versions WHERE id = ?`, []any{old.published}, &number); err != nil {
			return err
		}
		entry.From = strconv.FormatInt(number.V, 10)
		if err := record(c, p.Slug, entry); err != nil {
			return err
		}
	}
	return recordSettings(c, p.Slug, p.User, now, before, p.Settings)
}

type settingText struct{ name, value string }

// settingTexts are settings as the flow file writes them.
func settingTexts(s flow.Settings) []settingText {
	return []settingText{
		{"mode", string(s.Mode)},
		{"deadline", s.Deadline.String()},
		{"on_deadline", string(s.OnDeadline)},
		{"on_disconnect", string(s.OnDisconnect)},
		{"callers_choose", strconv.FormatBool(s.CallersChoose)},
		{"concurrency", strconv.Itoa(s.Concurrency)},
		{"callback", callbackText(s.Callback)},
	}
}

// callbackText says where callbacks go. It is empty for none.
func callbackText(c *flow.Callback) string {
	if c == nil {
		return ""
	}
	parts := []string{}
	if c.URL != "" {
		parts = append(parts, c.URL)
	}
	if len(c.Hosts) > 0 {
		parts = append(parts, "hosts "+strings.Join(c.Hosts, " "))
	}
	return strings.Join(append(parts, "signed by "+c.Secret), ", ")
}
