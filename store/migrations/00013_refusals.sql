-- Calls of flows that were refused, so that nothing started.

-- +goose Up

-- One row for each kind of refusal of a flow. Deleting a flow takes them away. The row
-- without a type counts those whose kind is not kept any more.
CREATE TABLE refusals (
    flow         TEXT    NOT NULL,
    kind         BLOB    NOT NULL, -- hash of type, status, detail and places
    type         TEXT    NOT NULL, -- of the problem
    status       INTEGER NOT NULL,
    detail       TEXT    NOT NULL,
    places       TEXT    NOT NULL, -- JSON; empty: none
    count        INTEGER NOT NULL,
    first_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    content_type TEXT    NOT NULL, -- of the last one
    caller       TEXT    NOT NULL, -- of the last one
    PRIMARY KEY (flow, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX refusals_by_time ON refusals (last_at);

-- How many calls of a flow were refused in an hour, for two days.
CREATE TABLE refusal_hours (
    flow  TEXT    NOT NULL,
    hour  INTEGER NOT NULL, -- hours since 1970
    count INTEGER NOT NULL,
    PRIMARY KEY (flow, hour)
) STRICT, WITHOUT ROWID;
