-- migrate:up
ALTER TABLE t RESET (fillfactor);
ALTER TABLE t SET (autovacuum_enabled='false');
COMMENT ON TABLE t IS 'one';

-- migrate:down
ALTER TABLE t RESET (autovacuum_enabled);
ALTER TABLE t SET (fillfactor='70');
COMMENT ON TABLE t IS NULL;
