-- migrate:up
ALTER TABLE `t` MODIFY COLUMN `id` int(11) NOT NULL AUTO_INCREMENT;

-- migrate:down
ALTER TABLE `t` MODIFY COLUMN `id` int(11) NOT NULL;
