-- migrate:up
ALTER TABLE `t` DROP FOREIGN KEY `f`;
ALTER TABLE `t` DROP INDEX `f`, ADD KEY `f` (`x`, `y`);
ALTER TABLE `t` ADD CONSTRAINT `f` FOREIGN KEY (`x`, `y`) REFERENCES `p` (`x`, `y`);

-- migrate:down
ALTER TABLE `t` DROP FOREIGN KEY `f`;
ALTER TABLE `t` DROP INDEX `f`, ADD KEY `f` (`x`);
ALTER TABLE `t` ADD CONSTRAINT `f` FOREIGN KEY (`x`) REFERENCES `p` (`id`);
