-- migrate:up
REVOKE ALL ON TABLE t FROM PUBLIC;

-- migrate:down
GRANT ALL ON TABLE t TO PUBLIC;
