-- Executions that may be what takes the server down go on one at a time.

-- +goose Up

-- How often the server has died while the execution was the one on trial.
ALTER TABLE resumes ADD COLUMN tried INTEGER NOT NULL DEFAULT 0;
