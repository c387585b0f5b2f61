-- Whom to call back, and how that went.

-- +goose Up

-- One row for each execution whose caller was let go with a 202 and is to be
-- called back: the outbox. It is made before the 202 goes out, and the batch that
-- holds the answer, or the end of an execution without one, makes it ready.
CREATE TABLE callbacks (
    execution_id TEXT    NOT NULL PRIMARY KEY,
    flow         TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    host         TEXT    NOT NULL, -- of the url
    secret       TEXT    NOT NULL, -- name of the connection that signs
    state        TEXT    NOT NULL,
    held         INTEGER NOT NULL, -- the 202 has not gone out
    promised_at  INTEGER NOT NULL,
    ready_at     INTEGER,          -- there is something to tell
    status       TEXT,             -- of the execution at that time
    attempts     INTEGER NOT NULL, -- since it was ready or sent again
    total        INTEGER NOT NULL, -- of all times
    first_at     INTEGER,          -- the first of attempts
    due_at       INTEGER           -- of the next attempt; NULL: none is due
) STRICT, WITHOUT ROWID;

CREATE INDEX callbacks_by_host ON callbacks (host, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX callbacks_held ON callbacks (execution_id) WHERE held = 1;

CREATE TABLE callback_attempts (
    execution_id TEXT    NOT NULL,
    number       INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    status       INTEGER, -- of the answer; NULL: none came
    duration     INTEGER NOT NULL, -- nanoseconds
    error        TEXT,    -- NULL: it was delivered
    next_at      INTEGER, -- when the next attempt was due; NULL: there was to be none
    PRIMARY KEY (execution_id, number)
) STRICT, WITHOUT ROWID;
