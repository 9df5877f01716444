CREATE TYPE employee AS (name text, salary numeric, age integer);
CREATE TABLE staff OF employee (PRIMARY KEY (name), salary WITH OPTIONS DEFAULT 100);
