-- migrate:up
DROP TABLE zz;

-- migrate:down
CREATE TABLE zz (a integer);

-- migrate:lossy zz the table is dropped
