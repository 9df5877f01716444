-- migrate:up
ALTER TABLE `t` ADD KEY `x` (`x`);
ALTER TABLE `t` ADD CONSTRAINT `t_ibfk_1` FOREIGN KEY (`x`) REFERENCES `p` (`id`);

-- migrate:down
ALTER TABLE `t` DROP FOREIGN KEY `t_ibfk_1`;
ALTER TABLE `t` DROP INDEX `x`;
