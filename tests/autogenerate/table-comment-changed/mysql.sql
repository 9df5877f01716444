-- migrate:up
ALTER TABLE t COMMENT = 'd';

-- migrate:down
ALTER TABLE t COMMENT = 'c';
