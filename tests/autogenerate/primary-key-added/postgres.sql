-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY t_pkey ON t (id);
ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey;

-- migrate:down
ALTER TABLE t DROP CONSTRAINT t_pkey;
