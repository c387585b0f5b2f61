-- What steps take in and put out, where it is large.

-- +goose Up

-- One row for each value, by the SHA-256 of its JSON: equal ones are stored once.
-- Rows are large, hence a rowid.
CREATE TABLE blobs (
    id   INTEGER NOT NULL PRIMARY KEY,
    hash BLOB    NOT NULL UNIQUE,
    data BLOB    NOT NULL
) STRICT;

-- Which executions name which values. A row is written with the batch that names
-- the value, and goes with the execution.
CREATE TABLE blob_uses (
    execution_id TEXT NOT NULL,
    hash         BLOB NOT NULL,
    PRIMARY KEY (execution_id, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX blob_uses_by_hash ON blob_uses (hash);
