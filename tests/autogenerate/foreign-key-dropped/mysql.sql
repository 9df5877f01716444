-- migrate:up
ALTER TABLE `t` DROP FOREIGN KEY `f`;
ALTER TABLE `t` DROP INDEX `f`;

-- migrate:down
ALTER TABLE `t` ADD CONSTRAINT `f` FOREIGN KEY (`x`) REFERENCES `p` (`id`);
