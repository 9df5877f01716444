-- migrate:up
DROP TABLE zz;

-- migrate:down
CREATE TABLE zz (
    a int(11) NULL
);

-- migrate:lossy zz the table is dropped
