-- migrate:up transaction:false
ALTER TABLE t ADD CONSTRAINT t_n_check CHECK (n > 0) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT t_n_check;

-- migrate:down
ALTER TABLE t DROP CONSTRAINT t_n_check;
