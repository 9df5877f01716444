//! Rows that stay, come back, or whose loss is declared.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "seeds come and go",
        before: "CREATE TABLE roles (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
INSERT INTO roles VALUES (900001, 'admin'), (900002, 'guest');

-- migrate:down
DELETE FROM roles WHERE id IN (900001, 900002);",
        finds: &[],
        names: &[],
    },
    Case {
        name: "seeds of a table that counts",
        before: "CREATE TABLE roles (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
INSERT INTO roles (name) VALUES ('chief of all');

-- migrate:down
DELETE FROM roles WHERE name = 'chief of all';",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a backfill that nobody undoes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
UPDATE users SET name = 'nobody' WHERE name IS NULL;

-- migrate:noop a name is better than none",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a loss that is declared",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users DROP COLUMN name;

-- migrate:lossy users.name nobody reads it
-- migrate:down
ALTER TABLE users ADD COLUMN name VARCHAR(50);",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a table whose loss is declared",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DROP TABLE users;

-- migrate:lossy users they are elsewhere
-- migrate:down
CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a change that is accepted",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:allow rows-changed the small names are as good
-- migrate:up
UPDATE users SET name = LOWER(name);

-- migrate:down
SELECT 1;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "unique behind the removal of doubles",
        before: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50));",
        sections: "-- migrate:up
DELETE a FROM users a JOIN users b ON a.email = b.email AND a.id > b.id;
ALTER TABLE users ADD UNIQUE users_email (email);

-- migrate:lossy users doubles are one person
-- migrate:down
ALTER TABLE users DROP INDEX users_email;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "unique behind new names",
        before: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50));",
        sections: "-- migrate:up
UPDATE users SET email = CONCAT(LEFT(email, 20), id);
ALTER TABLE users ADD UNIQUE users_email (email);

-- migrate:lossy users.email doubles were mistakes
-- migrate:down
ALTER TABLE users DROP INDEX users_email;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "values move to a table of their own and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE emails (user_id INT PRIMARY KEY, email VARCHAR(50), FOREIGN KEY (user_id) REFERENCES users (id));
INSERT INTO emails SELECT id, email FROM users WHERE email IS NOT NULL;
ALTER TABLE users DROP COLUMN email;

-- migrate:down
ALTER TABLE users ADD COLUMN email VARCHAR(50);
UPDATE users u JOIN emails e ON e.user_id = u.id SET u.email = e.email;
DROP TABLE emails;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a table is kept aside and comes back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE users_backup AS SELECT * FROM users;
UPDATE users SET name = TRIM(LOWER(name));

-- migrate:down
UPDATE users u JOIN users_backup b USING (id) SET u.name = b.name;
DROP TABLE users_backup;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a table is built anew with all that it had",
        before: "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50), KEY users_name (name));",
        sections: "-- migrate:up
CREATE TABLE users_new (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50), KEY users_name (name));
INSERT INTO users_new SELECT * FROM users;
RENAME TABLE users TO users_old, users_new TO users;
DROP TABLE users_old;

-- migrate:down
CREATE TABLE users_new LIKE users;
ALTER TABLE users_new MODIFY id INT AUTO_INCREMENT;
INSERT INTO users_new SELECT * FROM users;
DROP TABLE users;
RENAME TABLE users_new TO users;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "two columns change places",
        before: "CREATE TABLE points (id INT PRIMARY KEY, x INT NOT NULL, y INT NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE points RENAME COLUMN x TO y, RENAME COLUMN y TO x;

-- migrate:down
ALTER TABLE points RENAME COLUMN x TO y, RENAME COLUMN y TO x;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "numbers become words and numbers again",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state TINYINT(1) NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN word ENUM('off','on') NOT NULL DEFAULT 'off';
UPDATE users SET word = IF(state, 'on', 'off');
ALTER TABLE users DROP COLUMN state;

-- migrate:down
ALTER TABLE users ADD COLUMN state TINYINT(1) NOT NULL DEFAULT 0;
UPDATE users SET state = (word = 'on');
ALTER TABLE users ALTER state DROP DEFAULT;
ALTER TABLE users DROP COLUMN word;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a foreign key behind the removal of orphans",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT);",
        sections: "-- migrate:up
DELETE FROM orders WHERE user_id NOT IN (SELECT id FROM users);
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);

-- migrate:lossy orders they hung in the air
-- migrate:down
ALTER TABLE orders DROP FOREIGN KEY orders_user, DROP INDEX orders_user;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a fixture and what it proves",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:fixture
INSERT INTO users VALUES (900001, 'Ada Lovelace');

-- migrate:up
ALTER TABLE users ADD COLUMN first VARCHAR(50);
UPDATE users SET first = SUBSTRING_INDEX(name, ' ', 1);

-- migrate:verify
SELECT first = 'Ada' FROM users WHERE id = 900001;
SELECT COUNT(*) = 6 FROM users;

-- migrate:down
ALTER TABLE users DROP COLUMN first;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a procedure does the work and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
DELIMITER //
CREATE PROCEDURE fill_length()
BEGIN
  DECLARE done INT DEFAULT FALSE;
  DECLARE who INT;
  DECLARE all_of_them CURSOR FOR SELECT id FROM users;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
  OPEN all_of_them;
  each_user: LOOP
    FETCH all_of_them INTO who;
    IF done THEN LEAVE each_user; END IF;
    UPDATE users SET length = CHAR_LENGTH(name) WHERE id = who;
  END LOOP;
  CLOSE all_of_them;
END//
DELIMITER ;
ALTER TABLE users ADD COLUMN length INT;
CALL fill_length();
DROP PROCEDURE fill_length;

-- migrate:down
ALTER TABLE users DROP COLUMN length;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "json gets a key and loses it",
        before: "CREATE TABLE documents (id INT PRIMARY KEY, body JSON NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE documents ADD COLUMN version INT NOT NULL DEFAULT 1;
UPDATE documents SET version = IFNULL(JSON_VALUE(body, '$.version'), 1);

-- migrate:down
ALTER TABLE documents DROP COLUMN version;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "no way back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
UPDATE users SET name = '' WHERE name IS NULL;
ALTER TABLE users MODIFY name VARCHAR(50) NOT NULL;

-- migrate:irreversible the empty names are not told apart",
        finds: &[],
        names: &[],
    },
    Case {
        name: "rows come back through a trigger's table",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
CREATE TABLE gone AS SELECT * FROM users WHERE FALSE;
DELIMITER //
CREATE TRIGGER users_gone BEFORE DELETE ON users FOR EACH ROW
BEGIN
  INSERT INTO gone VALUES (OLD.id, OLD.name);
END//
DELIMITER ;
DELETE FROM users WHERE name IS NULL;

-- migrate:down
INSERT INTO users SELECT * FROM gone;
DROP TRIGGER users_gone;
DROP TABLE gone;",
        finds: &[],
        names: &[],
    },
];
