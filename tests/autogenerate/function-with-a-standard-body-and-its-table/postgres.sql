-- migrate:up
DROP FUNCTION f();
DROP TABLE gone;

-- migrate:down
CREATE TABLE gone (
    id integer NOT NULL,
    CONSTRAINT gone_pkey PRIMARY KEY (id)
);
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM gone);

-- migrate:lossy gone the table is dropped
