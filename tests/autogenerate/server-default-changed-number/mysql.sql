-- migrate:up
ALTER TABLE `t` MODIFY COLUMN `n` int(11) NULL DEFAULT '2';

-- migrate:down
ALTER TABLE `t` MODIFY COLUMN `n` int(11) NULL DEFAULT '1';
