-- Keep a total per customer
--
-- revision: 47ac8f05be13
-- revises: e3b91c60d2a7
-- created: 2026-05-18T12:30:00Z

-- migrate:up
CREATE TABLE totals (
    customer VARCHAR(100) PRIMARY KEY,
    cents BIGINT NOT NULL
);
INSERT INTO totals SELECT customer, SUM(cents) FROM orders GROUP BY customer;

CREATE TRIGGER orders_total AFTER INSERT ON orders FOR EACH ROW
BEGIN
    INSERT INTO totals VALUES (NEW.customer, NEW.cents)
    ON DUPLICATE KEY UPDATE cents = cents + NEW.cents;
END;

-- migrate:down
DROP TRIGGER orders_total;
DROP TABLE totals;
