//! Objects that come and go.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a table comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE orders (id INT PRIMARY KEY);

-- migrate:down
DROP TABLE orders;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a table of everything comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE everything (
  id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
  user_id INT NOT NULL,
  name VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s' COMMENT 'a `name`',
  body JSON,
  mood ENUM('sad','happy') NOT NULL DEFAULT 'sad',
  made TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  length INT AS (CHAR_LENGTH(name)) STORED,
  UNIQUE KEY everything_name (name(20), mood),
  KEY everything_made (made DESC),
  CONSTRAINT everything_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CHECK (length > 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC COMMENT='all of it';

-- migrate:down
DROP TABLE everything;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "an index comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE INDEX users_name ON users (name(10));

-- migrate:down
DROP INDEX users_name ON users;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a fulltext index comes and goes",
        before: "CREATE TABLE articles (id INT PRIMARY KEY, body TEXT);",
        sections: "-- migrate:up
ALTER TABLE articles ADD FULLTEXT INDEX articles_body (body);

-- migrate:down
ALTER TABLE articles DROP INDEX articles_body;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "an index is renamed and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), KEY users_name (name));",
        sections: "-- migrate:up
ALTER TABLE users RENAME INDEX users_name TO by_name;

-- migrate:down
ALTER TABLE users RENAME INDEX by_name TO users_name;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "an index is dropped and comes back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, a INT, b VARCHAR(50), KEY users_a_b (a DESC, b(7)) COMMENT 'both');",
        sections: "-- migrate:up
DROP INDEX users_a_b ON users;

-- migrate:down
ALTER TABLE users ADD KEY users_a_b (a DESC, b(7)) COMMENT 'both';",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a unique key of new values",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN token CHAR(36);
UPDATE users SET token = UUID();
ALTER TABLE users MODIFY token CHAR(36) NOT NULL, ADD UNIQUE users_token (token);

-- migrate:down
ALTER TABLE users DROP COLUMN token;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a table is renamed and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT,
  CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id));",
        sections: "-- migrate:up
RENAME TABLE users TO people;

-- migrate:down
ALTER TABLE people RENAME TO users;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a trigger comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DELIMITER //
CREATE TRIGGER users_lower BEFORE INSERT ON users FOR EACH ROW
BEGIN
  IF NEW.name IS NOT NULL THEN
    SET NEW.name = LOWER(NEW.name);
  END IF;
END//
DELIMITER ;

-- migrate:down
DROP TRIGGER users_lower;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a trigger is replaced and comes back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TRIGGER users_lower BEFORE UPDATE ON users FOR EACH ROW SET NEW.name = LOWER(NEW.name);",
        sections: "-- migrate:up
DROP TRIGGER users_lower;
CREATE TRIGGER users_upper BEFORE UPDATE ON users FOR EACH ROW SET NEW.name = UPPER(NEW.name);

-- migrate:down
DROP TRIGGER users_upper;
CREATE TRIGGER users_lower BEFORE UPDATE ON users FOR EACH ROW SET NEW.name = LOWER(NEW.name);",
        finds: &[],
        names: &[],
    },
    Case {
        name: "two triggers in their order",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, word VARCHAR(50));",
        sections: "-- migrate:up
CREATE TRIGGER second AFTER INSERT ON users FOR EACH ROW INSERT INTO log (word) VALUES ('second');
CREATE TRIGGER first AFTER INSERT ON users FOR EACH ROW PRECEDES second INSERT INTO log (word) VALUES ('first');

-- migrate:down
DROP TRIGGER first;
DROP TRIGGER second;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "procedures and functions come and go",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DELIMITER $$
CREATE PROCEDURE forget(IN who INT, OUT many INT)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SET many = -1;
  DELETE FROM users WHERE id = who;
  SET many = ROW_COUNT();
END$$
CREATE FUNCTION initials(name VARCHAR(50)) RETURNS CHAR(1) DETERMINISTIC
BEGIN
  RETURN LEFT(name, 1);
END$$
DELIMITER ;

-- migrate:down
DROP PROCEDURE forget;
DROP FUNCTION initials;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a procedure is replaced and comes back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE PROCEDURE forget(IN who INT) DELETE FROM users WHERE id = who;",
        sections: "-- migrate:up
CREATE OR REPLACE PROCEDURE forget(IN who INT) UPDATE users SET name = NULL WHERE id = who;

-- migrate:down
DROP PROCEDURE forget;
CREATE PROCEDURE forget(IN who INT) DELETE FROM users WHERE id = who;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a view is replaced and comes back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE VIEW names AS SELECT id, name FROM users WHERE name IS NOT NULL;",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN email VARCHAR(50);
CREATE OR REPLACE VIEW names AS SELECT id, name, email FROM users;

-- migrate:down
CREATE OR REPLACE VIEW names AS SELECT id, name FROM users WHERE name IS NOT NULL;
ALTER TABLE users DROP COLUMN email;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a view on a view goes first",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE VIEW b_names AS SELECT id, name FROM users;
CREATE VIEW a_names AS SELECT name FROM b_names GROUP BY name WITH ROLLUP;

-- migrate:down
DROP VIEW a_names, b_names;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a view that writes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE SQL SECURITY INVOKER VIEW named AS SELECT * FROM users WHERE name <> '' WITH LOCAL CHECK OPTION;

-- migrate:down
DROP VIEW named;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "an event comes and goes",
        before: "CREATE TABLE sessions (id INT PRIMARY KEY, seen DATETIME);",
        sections: "-- migrate:up
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'at night'
  DO DELETE FROM sessions WHERE seen < NOW() - INTERVAL 30 DAY;

-- migrate:down
DROP EVENT nightly;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "an event is dropped and comes back",
        before: "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
CREATE EVENT once ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 90 DAY DO SELECT 2;
DO SLEEP(2);",
        sections: "-- migrate:up
DROP EVENT nightly;
DROP EVENT once;

-- migrate:down
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
CREATE EVENT once ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 90 DAY DO SELECT 2;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "an event is altered and back",
        before: "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;",
        sections: "-- migrate:up
ALTER EVENT nightly ON SCHEDULE EVERY 1 HOUR COMMENT 'often';

-- migrate:down
ALTER EVENT nightly ON SCHEDULE EVERY 1 DAY COMMENT '';",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a sequence comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE SEQUENCE numbers START WITH 100 INCREMENT BY 10;

-- migrate:down
DROP SEQUENCE numbers;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a sequence is altered and back",
        before: "CREATE SEQUENCE numbers START WITH 100 INCREMENT BY 1;
CREATE TABLE orders (id INT PRIMARY KEY DEFAULT NEXTVAL(numbers));",
        sections: "-- migrate:up
ALTER SEQUENCE numbers INCREMENT BY 5 CYCLE;
INSERT INTO orders () VALUES ();

-- migrate:down
ALTER SEQUENCE numbers INCREMENT BY 1 NOCYCLE;
DELETE FROM orders ORDER BY id = LASTVAL(numbers) DESC LIMIT 1;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a foreign key comes and goes with its column",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TABLE orders (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE orders ADD COLUMN user_id INT,
  ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL;

-- migrate:down
ALTER TABLE orders DROP FOREIGN KEY orders_user;
ALTER TABLE orders DROP COLUMN user_id;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a foreign key is dropped and comes back",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT NOT NULL,
  CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE);",
        sections: "-- migrate:up
ALTER TABLE orders DROP FOREIGN KEY orders_user, DROP INDEX orders_user;

-- migrate:down
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a tree gets roots",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));
CREATE TABLE nodes (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES nodes (id));",
        sections: "-- migrate:up
ALTER TABLE nodes ADD COLUMN root INT, ADD CONSTRAINT nodes_root FOREIGN KEY (root) REFERENCES nodes (id);
UPDATE nodes SET root = parent;

-- migrate:down
ALTER TABLE nodes DROP FOREIGN KEY nodes_root;
ALTER TABLE nodes DROP COLUMN root;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a circle of tables",
        before: "CREATE TABLE teams (id INT PRIMARY KEY, head INT NULL);
CREATE TABLE people (id INT PRIMARY KEY, team INT NOT NULL,
  CONSTRAINT people_team FOREIGN KEY (team) REFERENCES teams (id));
ALTER TABLE teams ADD CONSTRAINT teams_head FOREIGN KEY (head) REFERENCES people (id);",
        sections: "-- migrate:up
ALTER TABLE people ADD COLUMN born DATE;
ALTER TABLE teams ADD COLUMN name VARCHAR(20) NOT NULL DEFAULT '';

-- migrate:down
ALTER TABLE teams DROP COLUMN name;
ALTER TABLE people DROP COLUMN born;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a circle of tables without a way in",
        before: "SET foreign_key_checks = 0;
CREATE TABLE hens (id INT PRIMARY KEY, egg INT NOT NULL, CONSTRAINT hens_egg FOREIGN KEY (egg) REFERENCES eggs (id));
CREATE TABLE eggs (id INT PRIMARY KEY, hen INT NOT NULL, CONSTRAINT eggs_hen FOREIGN KEY (hen) REFERENCES hens (id));
SET foreign_key_checks = 1;",
        sections: "-- migrate:up
ALTER TABLE hens MODIFY egg INT NOT NULL COMMENT 'the first';

-- migrate:down
ALTER TABLE hens MODIFY egg INT NOT NULL;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "tables that refer to each other come and go",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE teams (id INT PRIMARY KEY, head INT NULL);
CREATE TABLE people (id INT PRIMARY KEY, team INT NOT NULL,
  CONSTRAINT people_team FOREIGN KEY (team) REFERENCES teams (id));
ALTER TABLE teams ADD CONSTRAINT teams_head FOREIGN KEY (head) REFERENCES people (id);

-- migrate:down
ALTER TABLE teams DROP FOREIGN KEY teams_head;
DROP TABLE people, teams;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a check comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT);",
        sections: "-- migrate:up
UPDATE users SET age = 0 WHERE age < 0;
ALTER TABLE users ADD CONSTRAINT no_age_below CHECK (age >= 0);

-- migrate:lossy users.age they were mistakes
-- migrate:down
ALTER TABLE users DROP CONSTRAINT no_age_below;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a prepared statement makes and the other drops",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
EXECUTE IMMEDIATE 'CREATE TABLE orders (id INT PRIMARY KEY)';

-- migrate:down
SET @drop = 'DROP TABLE orders';
PREPARE dropping FROM @drop;
EXECUTE dropping;
DEALLOCATE PREPARE dropping;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "what is left behind is accepted",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:allow left-behind the index is cheap and the next release wants it
-- migrate:up
CREATE INDEX IF NOT EXISTS users_name ON users (name);

-- migrate:down
SELECT 1;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "the database has another character set and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
SET @before = @@collation_database;
ALTER DATABASE COLLATE utf8mb4_bin;

-- migrate:down
SET @back = CONCAT('ALTER DATABASE COLLATE ', @@collation_server);
EXECUTE IMMEDIATE @back;",
        finds: &[],
        names: &[],
    },
];
