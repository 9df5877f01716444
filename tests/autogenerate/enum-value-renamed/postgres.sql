-- migrate:up
ALTER TYPE mood RENAME VALUE 'y' TO 'w';

-- migrate:down
ALTER TYPE mood RENAME VALUE 'w' TO 'y';
