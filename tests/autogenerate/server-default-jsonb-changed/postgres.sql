-- migrate:up
ALTER TABLE t ALTER COLUMN a SET DEFAULT '{"x": 1}';

-- migrate:down
ALTER TABLE t ALTER COLUMN a SET DEFAULT '{}';
