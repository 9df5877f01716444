CREATE SCHEMA s;
CREATE TABLE s.t (id integer PRIMARY KEY);
COMMENT ON INDEX s.t_pkey IS 'by number';
