-- Create orders
--
-- revision: e3b91c60d2a7
-- revises:
-- created: 2026-05-11T07:00:00Z

-- migrate:up
CREATE TABLE orders (
    id BIGINT AUTO_INCREMENT PRIMARY KEY,
    customer VARCHAR(100) NOT NULL,
    cents BIGINT NOT NULL
);

-- migrate:down
DROP TABLE orders;
