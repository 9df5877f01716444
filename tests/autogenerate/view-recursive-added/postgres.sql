-- migrate:up
CREATE VIEW numbers AS
WITH RECURSIVE numbers (n) AS (
VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 10
) SELECT n FROM numbers;

-- migrate:down
DROP VIEW numbers;
