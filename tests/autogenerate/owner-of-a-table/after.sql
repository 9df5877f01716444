CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(20),
    n INTEGER NOT NULL,
    PRIMARY KEY (id)
);
ALTER TABLE t OWNER TO pg_database_owner;
