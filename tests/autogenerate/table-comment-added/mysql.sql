-- migrate:up
ALTER TABLE t COMMENT = 'c';

-- migrate:down
ALTER TABLE t COMMENT = '';
