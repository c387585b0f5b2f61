-- Which executions may be what takes the server down.

-- +goose Up

-- One row: whether a server is running, or has died without saying so.
CREATE TABLE server (
    running INTEGER NOT NULL
) STRICT;

INSERT INTO server (running) VALUES (0);

-- Executions that were claimed after a server had died: how often in a row
-- without anything more being stored of them.
CREATE TABLE resumes (
    execution_id TEXT    NOT NULL PRIMARY KEY,
    last_seq     INTEGER NOT NULL,
    unclean      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
