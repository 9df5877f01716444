-- migrate:up
ALTER TABLE c DROP INDEX k, ADD COLUMN d int(11) NULL, ADD KEY w (a, d);

-- migrate:down
ALTER TABLE c DROP INDEX w, ADD KEY k (a), DROP COLUMN d;
