-- How drafts came to be what they are.

-- +goose Up

-- One row for each revision of a draft: the change that made it, so that it can
-- be undone and so that those who edit at once learn of each other. Deleting a
-- flow ends its log. Of a long log the newest rows are kept.
CREATE TABLE draft_edits (
    id       INTEGER NOT NULL PRIMARY KEY,
    slug     TEXT    NOT NULL,
    revision INTEGER NOT NULL, -- of the draft after the edit
    since    INTEGER NOT NULL, -- the revision that the changes lead from
    at       INTEGER NOT NULL,
    user     TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    label    TEXT    NOT NULL,
    token    TEXT    NOT NULL,
    merge    TEXT    NOT NULL,
    reverses INTEGER NOT NULL, -- revision of the edit that an undo or redo takes back; 0: none
    spent    INTEGER NOT NULL, -- was taken back, or joined with the next: no more to be taken back
    bytes    INTEGER NOT NULL, -- of the log up to this row, never falling
    outcome  BLOB,
    changes  BLOB
) STRICT;

CREATE UNIQUE INDEX draft_edits_by_revision ON draft_edits (slug, revision);
CREATE INDEX draft_edits_by_user ON draft_edits (slug, user, revision);
CREATE UNIQUE INDEX draft_edits_by_token ON draft_edits (slug, user, token) WHERE token <> '';
