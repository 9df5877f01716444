-- migrate:up
ALTER INDEX i RENAME TO j;

-- migrate:down
ALTER INDEX j RENAME TO i;
