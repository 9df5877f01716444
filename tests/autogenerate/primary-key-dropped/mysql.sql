-- migrate:up
ALTER TABLE t DROP PRIMARY KEY;

-- migrate:down
ALTER TABLE t ADD PRIMARY KEY (id);
