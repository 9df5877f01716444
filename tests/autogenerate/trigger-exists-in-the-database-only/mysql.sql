-- migrate:up
DROP TRIGGER tr;

-- migrate:down
CREATE TRIGGER `tr` AFTER INSERT ON `t` FOR EACH ROW SET @a = 1;
