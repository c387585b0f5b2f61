-- People, the links by which they sign in, and their sessions.

-- +goose Up

CREATE TABLE users (
    name       TEXT    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One-use links by the SHA-256 of what they carry.
CREATE TABLE sign_in_links (
    hash       BLOB    NOT NULL PRIMARY KEY,
    user       TEXT    NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the session library keeps, by the hash of the cookie.
CREATE TABLE sessions (
    token      TEXT    NOT NULL PRIMARY KEY,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);
