-- What people have pinned to steps of drafts.

-- +goose Up

-- One row for each pinned step. Deleting a flow takes them away; deleting a step
-- does not, as that can be undone.
CREATE TABLE flow_pins (
    slug   TEXT    NOT NULL,
    step   TEXT    NOT NULL,
    output BLOB    NOT NULL, -- JSON
    at     INTEGER NOT NULL,
    user   TEXT    NOT NULL,
    PRIMARY KEY (slug, step)
) STRICT;
