-- migrate:up
ALTER TABLE `t` MODIFY COLUMN `e` enum('x','w') NULL;

-- migrate:down
ALTER TABLE `t` MODIFY COLUMN `e` enum('x','y') NULL;

-- migrate:lossy t.e enum('x','y') becomes enum('x','w')
