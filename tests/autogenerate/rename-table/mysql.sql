-- migrate:up
RENAME TABLE t TO t2;

-- migrate:down
RENAME TABLE t2 TO t;
