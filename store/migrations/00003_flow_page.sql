-- What people see beside a flow: what was done to it, and what they test it
-- with.

-- +goose Up

-- Changes that callers notice: versions that were published and settings that
-- were changed.
CREATE TABLE flow_history (
    id        INTEGER NOT NULL PRIMARY KEY,
    slug      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    user      TEXT    NOT NULL,
    what      TEXT    NOT NULL,
    old_value TEXT    NOT NULL,
    new_value TEXT    NOT NULL,
    comment   TEXT    NOT NULL
) STRICT;

CREATE INDEX flow_history_by_slug ON flow_history (slug, id);

-- The call that a test run of a flow pretends to be, as JSON.
CREATE TABLE flow_payloads (
    slug       TEXT    NOT NULL PRIMARY KEY,
    payload    BLOB    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
