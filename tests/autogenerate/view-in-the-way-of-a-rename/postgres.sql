-- migrate:up
ALTER TABLE data RENAME TO all_data;
CREATE VIEW data AS
SELECT id, a FROM all_data;
ALTER TABLE all_data RENAME CONSTRAINT data_pkey TO all_data_pkey;

-- migrate:down
DROP VIEW data;
ALTER TABLE all_data RENAME TO data;
ALTER TABLE data RENAME CONSTRAINT all_data_pkey TO data_pkey;
