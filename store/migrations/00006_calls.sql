-- What callers rely on: the keys of their calls, and whether they waited.

-- +goose Up

-- When a caller hung up who was kept waiting.
ALTER TABLE executions ADD COLUMN hung_up_at INTEGER;

-- One row for each key that a call of a flow came with, written together with
-- the execution that it started.
CREATE TABLE call_keys (
    flow        TEXT    NOT NULL,
    caller      TEXT    NOT NULL, -- empty where callers are not told apart
    key         TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL, -- of the call
    execution   TEXT    NOT NULL,
    claimed_at  INTEGER NOT NULL,
    PRIMARY KEY (flow, caller, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX call_keys_by_time ON call_keys (claimed_at);
