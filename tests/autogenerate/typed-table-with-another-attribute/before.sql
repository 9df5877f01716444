CREATE TYPE employee AS (name text, salary numeric);
CREATE TABLE staff OF employee (PRIMARY KEY (name));
