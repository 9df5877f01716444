-- migrate:up
ALTER TABLE t OWNER TO pg_database_owner;

-- migrate:down
ALTER TABLE t OWNER TO CURRENT_USER;
