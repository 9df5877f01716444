-- migrate:up
ALTER TABLE t COMMENT = '';

-- migrate:down
ALTER TABLE t COMMENT = 'c';
