-- The tables of the first release. Times are nanoseconds since 1970, UTC.

-- +goose Up

-- One row for each flow. A deleted flow keeps its row without source, so that a
-- flow made anew under its slug goes on counting revisions.
CREATE TABLE flows (
    slug       TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    source     BLOB,
    revision   INTEGER NOT NULL,
    published  INTEGER REFERENCES versions (id),
    settings   TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Frozen flows, for good. Number 0 is a draft that was frozen for a test run.
CREATE TABLE versions (
    id         INTEGER NOT NULL PRIMARY KEY,
    flow       TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    hash       BLOB    NOT NULL,
    content    BLOB    NOT NULL,
    comment    TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX versions_by_number ON versions (flow, number) WHERE number > 0;
CREATE UNIQUE INDEX versions_by_hash ON versions (flow, hash) WHERE number = 0;

-- Component manifests by the hash of their source.
CREATE TABLE manifests (
    hash   TEXT NOT NULL PRIMARY KEY,
    name   TEXT NOT NULL,
    source BLOB NOT NULL
) STRICT;

-- The manifests that a version was frozen with, in order.
CREATE TABLE version_manifests (
    version_id INTEGER NOT NULL REFERENCES versions (id),
    position   INTEGER NOT NULL,
    hash       TEXT    NOT NULL REFERENCES manifests (hash),
    PRIMARY KEY (version_id, position)
) STRICT, WITHOUT ROWID;

-- Components that were added at run time.
CREATE TABLE components (
    name       TEXT    NOT NULL PRIMARY KEY,
    hash       TEXT    NOT NULL REFERENCES manifests (hash),
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each execution: its summary. IDs sort by time, so rows are added
-- at the end. Rows are small, hence no rowid.
CREATE TABLE executions (
    id            TEXT    NOT NULL PRIMARY KEY,
    flow          TEXT    NOT NULL,
    version_id    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    test          INTEGER NOT NULL,
    parent        TEXT,
    settings      TEXT    NOT NULL,
    started_at    INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    mode          TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    ended_at      INTEGER,
    answered_at   INTEGER,
    answer_status INTEGER,
    answer_seq    INTEGER, -- first_seq of the batch that holds the answer
    failure       TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX executions_by_flow ON executions (flow, id);
-- Most executions succeed, so a list of these needs no index, and writing a
-- succeeded execution costs no entry. All unfinished ones are found here.
CREATE INDEX executions_by_status ON executions (status, id) WHERE status <> 'succeeded';

-- The journal: one row for each batch of events. Rows may be large, hence a
-- rowid. Both the table and its index grow at the end.
CREATE TABLE batches (
    id           INTEGER NOT NULL PRIMARY KEY,
    execution_id TEXT    NOT NULL,
    first_seq    INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL,
    events       BLOB    NOT NULL,
    request      BLOB, -- in the first batch
    answer       TEXT, -- status and headers, beside the body
    answer_body  BLOB,
    UNIQUE (execution_id, first_seq)
) STRICT;

-- Connections. Fields are encrypted; key_id names the key.
CREATE TABLE connections (
    name       TEXT    NOT NULL PRIMARY KEY,
    component  TEXT    NOT NULL,
    key_id     TEXT    NOT NULL,
    fields     BLOB    NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- API tokens by their SHA-256.
CREATE TABLE tokens (
    hash       BLOB    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row, raised with every change that a server may have cached.
CREATE TABLE generation (
    value INTEGER NOT NULL
) STRICT;

INSERT INTO generation (value) VALUES (0);
