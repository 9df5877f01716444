-- migrate:up
ALTER TABLE t ADD PRIMARY KEY (id);

-- migrate:down
ALTER TABLE t DROP PRIMARY KEY;
