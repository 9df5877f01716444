CREATE TABLE t (a INTEGER) WITH (autovacuum_enabled = false);
COMMENT ON TABLE t IS 'one';
