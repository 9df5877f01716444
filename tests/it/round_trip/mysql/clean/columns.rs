//! Columns, keys and tables that change and change back.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a column comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN email VARCHAR(100) AFTER id;

-- migrate:down
ALTER TABLE users DROP COLUMN email;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "no NULL with a default",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN state VARCHAR(10) NOT NULL DEFAULT 'new';

-- migrate:down
ALTER TABLE users DROP COLUMN state;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "no NULL behind a backfill",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users ADD COLUMN born DATE;
UPDATE users SET born = '2000-01-01';
ALTER TABLE users MODIFY born DATE NOT NULL;

-- migrate:down
ALTER TABLE users DROP COLUMN born;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "no NULL where there are some, declared",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
UPDATE users SET name = '' WHERE name IS NULL;
ALTER TABLE users MODIFY name VARCHAR(50) NOT NULL;

-- migrate:lossy users.name empty is as good
-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50);",
        finds: &[],
        names: &[],
    },
    Case {
        name: "everything is repeated",
        before: "CREATE TABLE users (id INT PRIMARY KEY,
  name VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'nobody' COMMENT 'as on the badge');",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(100) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'nobody' COMMENT 'as on the badge';

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'nobody' COMMENT 'as on the badge';",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a column is renamed and back by CHANGE",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL DEFAULT '' COMMENT 'x', KEY users_name (name));",
        sections: "-- migrate:up
ALTER TABLE users CHANGE name full_name VARCHAR(50) NOT NULL DEFAULT '' COMMENT 'x';

-- migrate:down
ALTER TABLE users CHANGE full_name name VARCHAR(50) NOT NULL DEFAULT '' COMMENT 'x';",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a column is renamed and back by RENAME",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users RENAME COLUMN name TO full_name;

-- migrate:down
ALTER TABLE users RENAME COLUMN full_name TO name;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a column changes its case and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users CHANGE name Name VARCHAR(50);

-- migrate:down
ALTER TABLE users CHANGE Name name VARCHAR(50);",
        finds: &[],
        names: &[],
    },
    Case {
        name: "columns come back in another order",
        before: "CREATE TABLE users (id INT PRIMARY KEY, a INT, b INT, c INT);",
        sections: "-- migrate:up
ALTER TABLE users DROP COLUMN a;

-- migrate:lossy users.a nobody reads it
-- migrate:down
ALTER TABLE users ADD COLUMN a INT;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a column moves to the front and stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, a INT, b INT);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY b INT FIRST;

-- migrate:down
SELECT 1;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a default comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state VARCHAR(10) NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE users ALTER state SET DEFAULT 'new';

-- migrate:down
ALTER TABLE users ALTER state DROP DEFAULT;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a default of NULL comes back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state VARCHAR(10));",
        sections: "-- migrate:up
ALTER TABLE users ALTER state SET DEFAULT 'new';

-- migrate:down
ALTER TABLE users ALTER state SET DEFAULT NULL;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "numbering moves to a wider type and back",
        before: "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY id BIGINT AUTO_INCREMENT;

-- migrate:down
ALTER TABLE users MODIFY id INT AUTO_INCREMENT;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "numbers go on from a thousand",
        before: "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users AUTO_INCREMENT = 1000;

-- migrate:down
ALTER TABLE users AUTO_INCREMENT = 1;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a moment of change comes and goes",
        before: "CREATE TABLE users (id INT PRIMARY KEY, seen DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY seen DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP;

-- migrate:down
ALTER TABLE users MODIFY seen DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a wider number and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, age SMALLINT UNSIGNED);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY age INT UNSIGNED;

-- migrate:down
ALTER TABLE users MODIFY age SMALLINT UNSIGNED;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a longer text and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name TEXT;

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50);",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a finer price and back",
        before: "CREATE TABLE prices (id INT PRIMARY KEY, price DECIMAL(8,2) NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE prices MODIFY price DECIMAL(10,4) NOT NULL;

-- migrate:down
ALTER TABLE prices MODIFY price DECIMAL(8,2) NOT NULL;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a finer moment and back",
        before: "CREATE TABLE visits (id INT PRIMARY KEY, at DATETIME NOT NULL, seen TIMESTAMP NULL);",
        sections: "-- migrate:up
ALTER TABLE visits MODIFY at DATETIME(6) NOT NULL, MODIFY seen TIMESTAMP(3) NULL;

-- migrate:down
ALTER TABLE visits MODIFY at DATETIME NOT NULL, MODIFY seen TIMESTAMP NULL;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a new value of an enum",
        before: "CREATE TABLE users (id INT PRIMARY KEY, mood ENUM('sad','it''s fine') NOT NULL DEFAULT 'sad');",
        sections: "-- migrate:up
ALTER TABLE users MODIFY mood ENUM('sad','it''s fine','calm') NOT NULL DEFAULT 'sad';

-- migrate:down
UPDATE users SET mood = 'sad' WHERE mood = 'calm';
ALTER TABLE users MODIFY mood ENUM('sad','it''s fine') NOT NULL DEFAULT 'sad';",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a set grows and shrinks",
        before: "CREATE TABLE users (id INT PRIMARY KEY, may SET('read','write') NOT NULL DEFAULT '');",
        sections: "-- migrate:up
ALTER TABLE users MODIFY may SET('read','write','own') NOT NULL DEFAULT '';

-- migrate:down
ALTER TABLE users MODIFY may SET('read','write') NOT NULL DEFAULT '';",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a generated column comes and goes",
        before: "CREATE TABLE items (id INT PRIMARY KEY, price DECIMAL(8,2) NOT NULL, many SMALLINT NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE items ADD COLUMN total DECIMAL(20,2) AS (price * many) STORED, ADD KEY items_total (total);

-- migrate:down
ALTER TABLE items DROP COLUMN total;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a generated column is dropped and comes back",
        before: "CREATE TABLE items (id INT PRIMARY KEY, a SMALLINT, b BIGINT AS (a * 2) VIRTUAL, c BIGINT AS (a + 1) STORED);",
        sections: "-- migrate:up
ALTER TABLE items DROP COLUMN b, DROP COLUMN c;

-- migrate:down
ALTER TABLE items ADD COLUMN b BIGINT AS (a * 2) VIRTUAL, ADD COLUMN c BIGINT AS (a + 1) STORED;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a key into json",
        before: "CREATE TABLE documents (id INT PRIMARY KEY, body JSON NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE documents ADD COLUMN kind VARCHAR(20) AS (LEFT(JSON_VALUE(body, '$.kind'), 20)) VIRTUAL, ADD KEY documents_kind (kind);

-- migrate:down
ALTER TABLE documents DROP COLUMN kind;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a table is converted and back",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), note TINYTEXT) CHARACTER SET latin1;",
        sections: "-- migrate:up
ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4;

-- migrate:down
ALTER TABLE users CONVERT TO CHARACTER SET latin1;
ALTER TABLE users MODIFY note TINYTEXT;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "another engine and back",
        before: "CREATE TABLE hits (id INT PRIMARY KEY, url VARCHAR(50)) ENGINE=InnoDB COMMENT='all';",
        sections: "-- migrate:up
ALTER TABLE hits ENGINE=Aria ROW_FORMAT=DYNAMIC COMMENT='few';

-- migrate:down
ALTER TABLE hits ENGINE=InnoDB ROW_FORMAT=DEFAULT COMMENT='all', TRANSACTIONAL=DEFAULT;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "partitions come and go",
        before: "CREATE TABLE hits (id INT PRIMARY KEY, url VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE hits PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (1000), PARTITION rest VALUES LESS THAN MAXVALUE);

-- migrate:down
ALTER TABLE hits REMOVE PARTITIONING;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a partition more and less",
        before: "CREATE TABLE hits (id INT PRIMARY KEY, url VARCHAR(50)) PARTITION BY HASH (id) PARTITIONS 2;",
        sections: "-- migrate:up
ALTER TABLE hits ADD PARTITION PARTITIONS 2;

-- migrate:down
ALTER TABLE hits COALESCE PARTITION 2;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "a primary key of two columns and back",
        before: "CREATE TABLE members (team INT NOT NULL, person INT NOT NULL, PRIMARY KEY (team, person));",
        sections: "-- migrate:up
ALTER TABLE members DROP PRIMARY KEY;
ALTER TABLE members ADD COLUMN id INT AUTO_INCREMENT PRIMARY KEY FIRST;

-- migrate:down
ALTER TABLE members DROP COLUMN id;
ALTER TABLE members ADD PRIMARY KEY (team, person);",
        finds: &[],
        names: &[],
    },
    Case {
        name: "versions of rows come and go",
        before: "CREATE TABLE prices (id INT PRIMARY KEY, price DECIMAL(10,2));",
        sections: "-- migrate:up
ALTER TABLE prices ADD SYSTEM VERSIONING;

-- migrate:down
ALTER TABLE prices DROP SYSTEM VERSIONING;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "names in all scripts",
        before: "CREATE TABLE `größe der 表` (`id` INT PRIMARY KEY, `na``me` VARCHAR(50), `select` INT);",
        sections: "-- migrate:up
ALTER TABLE `größe der 表` ADD COLUMN `o'der \"x\"` VARCHAR(20) DEFAULT 'ß\\'' COMMENT '日本', ADD KEY `k.1` (`select`);

-- migrate:down
ALTER TABLE `größe der 表` DROP KEY `k.1`, DROP COLUMN `o'der \"x\"`;",
        finds: &[],
        names: &[],
    },
    Case {
        name: "types of all kinds",
        before: "CREATE TABLE kinds (id INT PRIMARY KEY, a TINYINT, b MEDIUMINT UNSIGNED, c BIGINT UNSIGNED, d BIT(5), e FLOAT,
  f DOUBLE, g YEAR, h TIME(3), i BLOB, j VARBINARY(20), k BINARY(4), l UUID, m INET6, n POINT, o LONGTEXT, p CHAR(3));",
        sections: "-- migrate:up
ALTER TABLE kinds ADD COLUMN q INT, COMMENT='all kinds';

-- migrate:down
ALTER TABLE kinds DROP COLUMN q, COMMENT='';",
        finds: &[],
        names: &[],
    },
];
