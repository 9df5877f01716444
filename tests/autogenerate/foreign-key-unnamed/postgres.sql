-- migrate:up transaction:false
ALTER TABLE t ADD CONSTRAINT t_x_fkey FOREIGN KEY (x) REFERENCES p (id) NOT VALID;
ALTER TABLE t VALIDATE CONSTRAINT t_x_fkey;

-- migrate:down
ALTER TABLE t DROP CONSTRAINT t_x_fkey;
