-- migrate:up
ALTER TABLE t MODIFY COLUMN n datetime NULL DEFAULT (current_timestamp()) ON UPDATE current_timestamp();

-- migrate:down
ALTER TABLE t MODIFY COLUMN n datetime NULL DEFAULT (current_timestamp());
