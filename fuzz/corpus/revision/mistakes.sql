-- revision: @
-- revises: a1, a1
-- creatd: x
-- created: 2026-13-41T00:00:00Z
-- migrate:upp
SELECT 1;
-- migrate:up transaction:maybe dialect:oracle
BEGIN; COMMIT;
-- migrate:down
