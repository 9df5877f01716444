//! Columns, keys and tables that the down does not bring back as they were.

use crate::round_trip::cases::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a type stays wide",
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY age BIGINT;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["type of column users.age was int(11) and is bigint(20)"],
    },
    Case {
        name: "a sign stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT UNSIGNED);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY age BIGINT;

-- migrate:down
ALTER TABLE users MODIFY age BIGINT UNSIGNED;",
        finds: &["restored-otherwise"],
        names: &["type of column users.age was int(10) unsigned and is bigint(20) unsigned"],
    },
    Case {
        name: "a column comes back and may be NULL",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(100) NOT NULL;

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50);",
        finds: &["restored-otherwise"],
        names: &["nullability of column users.name was NOT NULL and is NULL"],
    },
    Case {
        name: "a column comes back without its default",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL DEFAULT 'nobody');",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(100) NOT NULL DEFAULT 'nobody';

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50) NOT NULL;",
        finds: &["restored-otherwise"],
        names: &["default of column users.name was 'nobody' and is not there"],
    },
    Case {
        name: "a column comes back without its comment",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) COMMENT 'as on the badge');",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(100) COMMENT 'as on the badge';

-- migrate:down
ALTER TABLE users MODIFY name VARCHAR(50);",
        finds: &["restored-otherwise"],
        names: &["comment of column users.name was 'as on the badge' and is not there"],
    },
    Case {
        name: "a column comes back and counts no more",
        before: "CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY id BIGINT AUTO_INCREMENT;

-- migrate:down
ALTER TABLE users MODIFY id INT;",
        finds: &["restored-otherwise"],
        names: &["column users.id was auto_increment and is not there"],
    },
    Case {
        name: "a column comes back without ON UPDATE",
        before: "CREATE TABLE users (id INT PRIMARY KEY,
  seen DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY seen DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
  ON UPDATE CURRENT_TIMESTAMP(3);

-- migrate:down
ALTER TABLE users MODIFY seen DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP;",
        finds: &["restored-otherwise"],
        names: &["column users.seen were ON UPDATE current_timestamp() and are not there"],
    },
    Case {
        name: "a default stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state VARCHAR(10));",
        sections: "-- migrate:up
ALTER TABLE users ALTER COLUMN state SET DEFAULT 'new';

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["default of column users.state was", "is 'new'"],
    },
    Case {
        name: "a default comes back in another case",
        before: "CREATE TABLE users (id INT PRIMARY KEY, state VARCHAR(10) DEFAULT 'New');",
        sections: "-- migrate:up
ALTER TABLE users ALTER COLUMN state DROP DEFAULT;

-- migrate:down
ALTER TABLE users ALTER COLUMN state SET DEFAULT 'new';",
        finds: &["restored-otherwise"],
        names: &["default of column users.state was 'New' and is 'new'"],
    },
    Case {
        name: "the comment of a table stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY);",
        sections: "-- migrate:up
ALTER TABLE users COMMENT = 'people';

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["comment of table users was not there and is 'people'"],
    },
    Case {
        name: "the comment of a column stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(50) COMMENT 'the first one';

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["comment of column users.name was not there and is 'the first one'"],
    },
    Case {
        name: "the comment of an index is gone",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50),
  KEY users_name (name) COMMENT 'for the search');",
        sections: "-- migrate:up
DROP INDEX users_name ON users;

-- migrate:down
CREATE INDEX users_name ON users (name);",
        finds: &["restored-otherwise"],
        names: &["comment of index users_name of table users was 'for the search'"],
    },
    Case {
        name: "a collation stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY,
  name VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin);",
        sections: "-- migrate:up
ALTER TABLE users MODIFY name VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["collation of column users.name was utf8mb4_bin and is utf8mb4_unicode_ci"],
    },
    Case {
        name: "a character set stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50)) CHARACTER SET latin1;",
        sections: "-- migrate:up
ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["option of table users was charset latin1 and is charset utf8mb4"],
    },
    Case {
        name: "a table is converted back and its columns are not",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50))
  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;",
        sections: "-- migrate:up
ALTER TABLE users CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- migrate:down
ALTER TABLE users COLLATE utf8mb4_bin;",
        finds: &["restored-otherwise"],
        names: &["collation of column users.name", "utf8mb4_unicode_ci"],
    },
    Case {
        name: "the character set of the database stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_bin;

-- migrate:down
SELECT 1;",
        finds: &["left-behind"],
        names: &["schema database", "CHARACTER SET latin1 COLLATE latin1_bin"],
    },
    Case {
        name: "an engine stays",
        before: "CREATE TABLE hits (id INT PRIMARY KEY, url VARCHAR(50)) ENGINE=InnoDB;",
        sections: "-- migrate:up
ALTER TABLE hits ENGINE=MyISAM;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["table hits was engine InnoDB and is engine MyISAM"],
    },
    Case {
        name: "a row format stays",
        before: "CREATE TABLE hits (id INT PRIMARY KEY, url VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE hits ROW_FORMAT=COMPRESSED;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["table hits was not there and is row_format COMPRESSED"],
    },
    Case {
        name: "partitions stay",
        before: "CREATE TABLE hits (id INT PRIMARY KEY, url VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE hits PARTITION BY HASH (id) PARTITIONS 3;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["partition by", "HASH (`id`)"],
    },
    Case {
        name: "versions of rows stay",
        before: "CREATE TABLE prices (id INT PRIMARY KEY, price DECIMAL(10,2));",
        sections: "-- migrate:up
ALTER TABLE prices ADD SYSTEM VERSIONING;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["system versioning", "already system-versioned"],
    },
    Case {
        name: "an expression comes back otherwise",
        before: "CREATE TABLE items (id INT PRIMARY KEY, a INT UNSIGNED, b BIGINT AS (a * 2) STORED);",
        sections: "-- migrate:up
ALTER TABLE items DROP COLUMN b;

-- migrate:down
ALTER TABLE items ADD COLUMN b BIGINT AS (a * 3) STORED;",
        finds: &["restored-otherwise", "rows-changed"],
        names: &[
            "generation of column items.b",
            "(`a` * 2) STORED",
            "(`a` * 3) STORED",
            "items.b: 3 values",
        ],
    },
    Case {
        name: "what was stored is virtual",
        before: "CREATE TABLE items (id INT PRIMARY KEY, a INT UNSIGNED, b BIGINT AS (a * 2) STORED);",
        sections: "-- migrate:up
ALTER TABLE items DROP COLUMN b;

-- migrate:down
ALTER TABLE items ADD COLUMN b BIGINT AS (a * 2) VIRTUAL;",
        finds: &["restored-otherwise"],
        names: &["items.b", "STORED"],
    },
    Case {
        name: "an action of a foreign key is another",
        before: "CREATE TABLE users (id INT PRIMARY KEY);
CREATE TABLE orders (id INT PRIMARY KEY, user_id INT,
  CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);",
        sections: "-- migrate:up
ALTER TABLE orders DROP FOREIGN KEY orders_user;

-- migrate:down
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id);",
        finds: &["restored-otherwise"],
        names: &["foreign key orders_user of table orders", "CASCADE"],
    },
    Case {
        name: "the prefix of an index is another",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), KEY users_name (name(10)));",
        sections: "-- migrate:up
DROP INDEX users_name ON users;

-- migrate:down
CREATE INDEX users_name ON users (name);",
        finds: &["restored-otherwise"],
        names: &["index users_name of table users", "were (name (10)) and are (name)"],
    },
    Case {
        name: "an index comes back in another order",
        before: "CREATE TABLE users (id INT PRIMARY KEY, a INT, b INT, KEY users_a_b (a, b));",
        sections: "-- migrate:up
DROP INDEX users_a_b ON users;

-- migrate:down
CREATE INDEX users_a_b ON users (b, a);",
        finds: &["restored-otherwise"],
        names: &["index users_a_b of table users", "a, b", "b, a"],
    },
    Case {
        name: "an index comes back ascending",
        before: "CREATE TABLE users (id INT PRIMARY KEY, a INT, b INT, KEY users_a_b (a, b DESC));",
        sections: "-- migrate:up
DROP INDEX users_a_b ON users;

-- migrate:down
CREATE INDEX users_a_b ON users (a, b);",
        finds: &["restored-otherwise"],
        names: &["index users_a_b of table users", "b DESC"],
    },
    Case {
        name: "an index is unique no more",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50), UNIQUE KEY users_name (name));",
        sections: "-- migrate:up
DROP INDEX users_name ON users;

-- migrate:down
CREATE INDEX users_name ON users (name);",
        finds: &["restored-otherwise"],
        names: &["index users_name of table users", "UNIQUE"],
    },
    Case {
        name: "an index shrinks with its column",
        before: "CREATE TABLE users (id INT PRIMARY KEY, a INT, b INT, KEY users_a_b (a, b));",
        sections: "-- migrate:up
ALTER TABLE users DROP COLUMN b;

-- migrate:lossy users.b nobody reads it
-- migrate:down
ALTER TABLE users ADD COLUMN b INT;",
        finds: &["restored-otherwise"],
        names: &["index users_a_b of table users", "a, b"],
    },
    Case {
        name: "an index stays ignored",
        before: "CREATE TABLE users (id INT PRIMARY KEY, a INT, KEY users_a (a));",
        sections: "-- migrate:up
ALTER TABLE users ALTER INDEX users_a IGNORED;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["index users_a of table users", "IGNORED"],
    },
    Case {
        name: "a primary key comes back shorter",
        before: "CREATE TABLE members (team INT, person INT, PRIMARY KEY (team, person));",
        sections: "-- migrate:up
ALTER TABLE members DROP PRIMARY KEY;
ALTER TABLE members ADD COLUMN id INT AUTO_INCREMENT PRIMARY KEY FIRST;

-- migrate:down
ALTER TABLE members DROP COLUMN id;
ALTER TABLE members ADD PRIMARY KEY (person, team);",
        finds: &["restored-otherwise"],
        names: &["primary key", "of table members", "team, person"],
    },
    Case {
        name: "a check comes back softer",
        before: "CREATE TABLE users (id INT PRIMARY KEY, age INT, CONSTRAINT of_age CHECK (age >= 18));",
        sections: "-- migrate:up
ALTER TABLE users DROP CONSTRAINT of_age;

-- migrate:down
ALTER TABLE users ADD CONSTRAINT of_age CHECK (age >= 16);",
        finds: &["restored-otherwise"],
        names: &["check of_age of table users was `age` >= 18 and is `age` >= 16"],
    },
    Case {
        name: "a new value of an enum stays",
        before: "CREATE TABLE users (id INT PRIMARY KEY, mood ENUM('sad','happy'));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY mood ENUM('sad','happy','calm');

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["column users.mood was enum('sad','happy') and is enum('sad','happy','calm')"],
    },
    Case {
        name: "the values of a set come back in another order",
        before: "CREATE TABLE users (id INT PRIMARY KEY, may SET('read','write'));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY may SET('read','write','own');

-- migrate:down
ALTER TABLE users MODIFY may SET('write','read');",
        finds: &["restored-otherwise", "rows-changed"],
        names: &[
            "column users.may was set('read','write') and is set('write','read')",
            "users.may:",
        ],
    },
    Case {
        name: "a column keeps its new name",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users CHANGE name full_name VARCHAR(50);

-- migrate:down
SELECT 1;",
        finds: &["left-behind", "not-restored"],
        names: &["column users.full_name is left behind", "column users.name is missing"],
    },
    Case {
        name: "a column is renamed back to something else",
        before: "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users RENAME COLUMN name TO full_name;

-- migrate:down
ALTER TABLE users RENAME COLUMN full_name TO Name;",
        finds: &["left-behind", "not-restored"],
        names: &["column users.Name is left behind", "column users.name is missing"],
    },
    Case {
        name: "a column stays invisible",
        before: "CREATE TABLE users (id INT PRIMARY KEY, secret VARCHAR(50));",
        sections: "-- migrate:up
ALTER TABLE users MODIFY secret VARCHAR(50) INVISIBLE;

-- migrate:down
SELECT 1;",
        finds: &["restored-otherwise"],
        names: &["column users.secret", "INVISIBLE"],
    },
];
