-- visit rows in batches
--
-- revision: c
-- revises: b

-- migrate:up batch rust:visit key:visited.id size:10 pause:5ms

-- migrate:down
UPDATE visited SET n = 0;
