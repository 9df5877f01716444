-- migrate:up
ALTER TABLE t RENAME INDEX i TO j;

-- migrate:down
ALTER TABLE t RENAME INDEX j TO i;
