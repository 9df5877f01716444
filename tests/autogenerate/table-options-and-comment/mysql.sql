-- migrate:up
ALTER TABLE `t` ROW_FORMAT=DEFAULT, COMMENT = 'one';

-- migrate:down
ALTER TABLE `t` ROW_FORMAT=DYNAMIC, COMMENT = '';
