-- What there is to tell may change: an execution that has failed may be taken up again.

-- +goose Up
ALTER TABLE callbacks ADD COLUMN message INTEGER NOT NULL DEFAULT 1;
