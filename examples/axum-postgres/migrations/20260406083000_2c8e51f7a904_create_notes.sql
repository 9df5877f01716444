-- Create notes
--
-- revision: 2c8e51f7a904
-- revises:
-- created: 2026-04-06T08:30:00Z

-- migrate:up
CREATE TABLE notes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body TEXT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
INSERT INTO notes (body) VALUES ('The database upgraded itself.');

-- migrate:down
DROP TABLE notes;
