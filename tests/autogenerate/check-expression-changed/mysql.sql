-- migrate:up
ALTER TABLE `t` DROP CONSTRAINT `k`, ADD CONSTRAINT `k` CHECK (n > 1);

-- migrate:down
ALTER TABLE `t` DROP CONSTRAINT `k`, ADD CONSTRAINT `k` CHECK (n > 0);
