-- Executions that are gone, and how far the clock can be trusted that says when they go.

-- +goose Up

-- One row for each execution that was dropped: what is needed to say so to those who
-- might have read it, and to nobody else.
CREATE TABLE dropped (
    id         TEXT    NOT NULL PRIMARY KEY,
    flow       TEXT    NOT NULL,
    version_id INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    dropped_at INTEGER NOT NULL,
    dropped_by TEXT,             -- NULL: nobody, it was old
    clearing   INTEGER NOT NULL  -- batches are left to be deleted
) STRICT, WITHOUT ROWID;

CREATE INDEX dropped_by_time ON dropped (dropped_at);
CREATE INDEX dropped_clearing ON dropped (id) WHERE clearing = 1;

-- One row, from the first time on that old executions were looked for: when that was
-- last, and since when the clock is in doubt.
CREATE TABLE retention (
    seen_at       INTEGER NOT NULL,
    doubted_since INTEGER
) STRICT;

-- Tests are kept for a shorter time. Calls cost no entry.
CREATE INDEX executions_of_tests ON executions (id) WHERE test = 1;
-- An execution stays as long as its key holds.
CREATE INDEX call_keys_by_execution ON call_keys (execution);
