-- migrate:up
ALTER TABLE `t` DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `n`);

-- migrate:down
ALTER TABLE `t` DROP PRIMARY KEY, ADD PRIMARY KEY (`id`);
