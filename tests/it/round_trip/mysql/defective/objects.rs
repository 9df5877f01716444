//! Objects that the down leaves behind, forgets or drops too many of.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a table stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE orders (id INT PRIMARY KEY);

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &[
            "after the down table orders is left behind",
            "+ CREATE TABLE orders (",
            "tried.sql:7: ",
        ],
    },
    Case {
        name: "a table stays and nothing fails",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE IF NOT EXISTS orders (id INT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS items (id INT PRIMARY KEY);

-- migrate:down
DROP TABLE orders;",
        finds: &["left-behind"],
        names: &["after the down table items is left behind"],
    },
    Case {
        name: "an index stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE INDEX users_name ON users (name);

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["index users_name of table users is left behind", "Duplicate key name"],
    },
    Case {
        name: "an index without a name stays, and comes twice",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD INDEX (name);

-- migrate:down
SELECT 1;",
        finds: &["left-behind", "differs-again"],
        names: &[
            "index name of table users is left behind",
            "the second up gives another schema: index name_2 of table users was added",
        ],
    },
    Case {
        name: "a fulltext index stays",
        before: "CREATE TABLE articles (id INT PRIMARY KEY, body TEXT);",
        sections: "-- migrate:up
CREATE FULLTEXT INDEX articles_body ON articles (body);
CREATE INDEX articles_start ON articles (body(20));

-- migrate:down
DROP INDEX articles_start ON articles;",
        finds: &["left-behind"],
        names: &["index articles_body of table articles is left behind", "fulltext"],
    },
    Case {
        name: "a trigger stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DELIMITER //
CREATE TRIGGER users_lower BEFORE INSERT ON users FOR EACH ROW
BEGIN
  SET NEW.name = LOWER(NEW.name);
END//
DELIMITER ;

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["trigger users_lower of table users is left behind", "already exists"],
    },
    Case {
        name: "a view stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, active BOOLEAN NOT NULL);",
        sections: "-- migrate:up
CREATE OR REPLACE VIEW active_users AS SELECT id FROM users WHERE active;

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["view active_users is left behind"],
    },
    Case {
        name: "a procedure stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DELIMITER $$
CREATE PROCEDURE forget(IN who INT)
BEGIN
  DELETE FROM users WHERE id = who;
  SELECT ROW_COUNT();
END$$
DELIMITER ;

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["procedure forget is left behind", "+ CREATE PROCEDURE"],
    },
    Case {
        name: "a function stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE OR REPLACE FUNCTION initials(name VARCHAR(50)) RETURNS CHAR(1) DETERMINISTIC
  RETURN LEFT(name, 1);

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["function initials is left behind"],
    },
    Case {
        name: "an event stays",
        before: "CREATE TABLE sessions (id INT PRIMARY KEY, seen DATETIME);",
        sections: "-- migrate:up
CREATE EVENT IF NOT EXISTS nightly ON SCHEDULE EVERY 1 DAY DISABLE
  DO DELETE FROM sessions WHERE seen < NOW() - INTERVAL 30 DAY;

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["event nightly is left behind"],
    },
    Case {
        name: "a sequence stays",
        before: "CREATE TABLE orders (id INT PRIMARY KEY);",
        sections: "-- migrate:up
CREATE SEQUENCE order_numbers START WITH 100;

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["sequence order_numbers is left behind"],
    },
    Case {
        name: "a check stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT UNSIGNED);",
        sections: "-- migrate:up
ALTER TABLE users ADD CONSTRAINT age_is_positive CHECK (age >= 0);

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["check age_is_positive of table users is left behind"],
    },
    Case {
        name: "a unique key stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD CONSTRAINT users_id_name UNIQUE (id, name);

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["index users_id_name of table users is left behind", "UNIQUE"],
    },
    Case {
        name: "a foreign key stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT,
  CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));",
        sections: "-- migrate:up
ALTER TABLE orders ADD CONSTRAINT orders_user_gone FOREIGN KEY (user_id) REFERENCES users (id)
  ON DELETE SET NULL;
ALTER TABLE orders DROP FOREIGN KEY orders_user;

-- migrate:down
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);",
        finds: &["left-behind"],
        names: &["foreign key orders_user_gone of table orders is left behind"],
    },
    Case {
        name: "the down makes what was never there",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN age INT;

-- migrate:down
ALTER TABLE users DROP COLUMN age;
CREATE INDEX IF NOT EXISTS users_name ON users (name);",
        finds: &["left-behind"],
        names: &["index users_name of table users is left behind"],
    },
    Case {
        name: "a dropped foreign key leaves its index",
        before: "CREATE TABLE nodes (id INT PRIMARY KEY, parent INT);
CREATE TABLE leaves (id INT PRIMARY KEY, node INT NOT NULL);",
        sections: "-- migrate:up
DELETE FROM leaves WHERE node NOT IN (SELECT id FROM nodes);
ALTER TABLE leaves ADD CONSTRAINT leaves_node FOREIGN KEY (node) REFERENCES nodes (id);

-- migrate:lossy leaves they hang in the air
-- migrate:down
ALTER TABLE leaves DROP FOREIGN KEY leaves_node;",
        finds: &["left-behind"],
        names: &["index leaves_node of table leaves is left behind"],
    },
    Case {
        name: "a dropped table does not come back",
        before: "CREATE TABLE legacy (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DROP TABLE IF EXISTS legacy;

-- migrate:down
SELECT 1;",
        finds: &["not-restored", "rows-lost"],
        names: &["table legacy is missing", "the table is gone", "migrate:lossy legacy"],
    },
    Case {
        name: "a dropped trigger does not come back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TRIGGER users_lower BEFORE UPDATE ON users FOR EACH ROW SET NEW.name = LOWER(NEW.name);",
        sections: "-- migrate:up
DROP TRIGGER IF EXISTS users_lower;

-- migrate:down
SELECT 1;",
        finds: &["not-restored"],
        names: &["trigger users_lower of table users is missing", "- CREATE TRIGGER"],
    },
    Case {
        name: "a view comes back with another query",
        before: "CREATE TABLE users (id INT PRIMARY KEY, active BOOLEAN NOT NULL);
CREATE VIEW active_users AS SELECT id FROM users WHERE active;",
        sections: "-- migrate:up
DROP VIEW active_users;

-- migrate:down
CREATE VIEW active_users AS SELECT id FROM users;",
        finds: &["restored-otherwise"],
        names: &["definition of view active_users", "- "],
    },
    Case {
        name: "a view comes back without its check option",
        before: "CREATE TABLE users (id INT PRIMARY KEY, active BOOLEAN NOT NULL);
CREATE VIEW active_users AS SELECT * FROM users WHERE active WITH CASCADED CHECK OPTION;",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN name VARCHAR(50);
CREATE OR REPLACE VIEW active_users AS SELECT * FROM users WHERE active;

-- migrate:down
ALTER TABLE users DROP COLUMN name;
CREATE OR REPLACE VIEW active_users AS SELECT * FROM users WHERE active;",
        finds: &["restored-otherwise"],
        names: &["view active_users", "WITH CASCADED CHECK OPTION"],
    },
    Case {
        name: "a procedure comes back with another body",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE PROCEDURE forget(IN who INT) DELETE FROM users WHERE id = who;",
        sections: "-- migrate:up
DROP PROCEDURE forget;
CREATE PROCEDURE forget(IN who INT) UPDATE users SET name = NULL WHERE id = who;

-- migrate:down
DROP PROCEDURE forget;
CREATE PROCEDURE forget(IN who INT) DELETE FROM users WHERE name = who;",
        finds: &["restored-otherwise"],
        names: &["procedure forget", "WHERE id = who", "WHERE name = who"],
    },
    Case {
        name: "an event comes back on another schedule",
        before: "CREATE TABLE sessions (id INT PRIMARY KEY);
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM sessions;",
        sections: "-- migrate:up
ALTER EVENT nightly ON SCHEDULE EVERY 1 HOUR;

-- migrate:down
ALTER EVENT nightly ON SCHEDULE EVERY 2 DAY;",
        finds: &["restored-otherwise"],
        names: &["event nightly", "EVERY 1 DAY", "EVERY 2 DAY"],
    },
    Case {
        name: "a sequence keeps its new step",
        before: "CREATE SEQUENCE numbers INCREMENT BY 1;",
        sections: "-- migrate:up
ALTER SEQUENCE numbers INCREMENT BY 10;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["sequence numbers", "increment by 10"],
    },
    Case {
        name: "the down drops an index of others",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), age INT);
CREATE INDEX users_name ON users (name);",
        sections: "-- migrate:up
CREATE INDEX users_age ON users (age);

-- migrate:down
DROP INDEX users_age ON users;
DROP INDEX users_name ON users;",
        finds: &["not-restored"],
        names: &["index users_name of table users is missing"],
    },
    Case {
        name: "the down drops a table of others",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE orders (id INT PRIMARY KEY);

-- migrate:down
DROP TABLE orders, users;",
        finds: &["not-restored", "rows-lost"],
        names: &["table users is missing", "users: the table is gone"],
    },
    Case {
        name: "the down drops a column of others",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN email VARCHAR(50);

-- migrate:down
ALTER TABLE users DROP COLUMN email, DROP COLUMN name;",
        finds: &["not-restored"],
        names: &["column users.name is missing"],
    },
    Case {
        name: "what is made by a prepared statement stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
SET @make = CONCAT('CREATE TABLE IF NOT EXISTS ', 'us', 'ers_archive LIKE users');
PREPARE making FROM @make;
EXECUTE making;
DEALLOCATE PREPARE making;

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["table users_archive is left behind"],
    },
    Case {
        name: "nothing to undo, it says, and there is",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE INDEX IF NOT EXISTS users_name ON users (name);

-- migrate:noop an index hurts nobody",
        finds: &["left-behind"],
        names: &["index users_name of table users is left behind"],
    },
];
