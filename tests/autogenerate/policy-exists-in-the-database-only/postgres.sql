-- migrate:up
DROP POLICY po ON t;

-- migrate:down
CREATE POLICY po ON t FOR ALL TO PUBLIC USING (true);
