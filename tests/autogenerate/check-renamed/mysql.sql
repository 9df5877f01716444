-- migrate:up
ALTER TABLE `t` DROP CONSTRAINT `k`, ADD CONSTRAINT `l` CHECK (n > 0);

-- migrate:down
ALTER TABLE `t` DROP CONSTRAINT `l`, ADD CONSTRAINT `k` CHECK (n > 0);
