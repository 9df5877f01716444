//! What a table that was built anew forgets: SQLite has no other way to change a column.

use crate::round_trip::cases::Case;

/// Every kind of thing that a rebuilt table may forget.
const ITEMS: &str = "
CREATE TABLE shelves (id INTEGER PRIMARY KEY, label TEXT);
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;";

pub(super) const CASES: &[Case] = &[
    case!("its index", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["not-restored"],
        ["index items_name of table items is missing"]),
    case!("its trigger", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);",
        ["not-restored"],
        ["trigger items_in of table items is missing"]),
    case!("its default", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["default of column items.name was 'thing' and is not there"]),
    case!("its other default", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'Thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["default of column items.name was 'thing' and is 'Thing'"]),
    case!("its collation", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing',
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["collation of column items.name was NOCASE and is not there"]),
    case!("its nullability", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["nullability of column items.name was NOT NULL and is NULL"]),
    case!("its type", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["type of column items.name was VARCHAR(40) and is TEXT"]),
    case!("its check", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT,
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["not-restored"],
        ["check", "price > -1", "is missing"]),
    case!("its check's bound", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -2),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["left-behind", "not-restored"],
        ["price > -1", "price > -2"]),
    case!("its foreign key's action", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id),
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["action on delete", "CASCADE", "NO ACTION"]),
    case!("its foreign key", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["not-restored"],
        ["foreign key", "is missing", "REFERENCES shelves"]),
    case!("its unique constraint", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["not-restored"],
        ["unique constraint one_place of table items is missing"]),
    case!("its generated expression", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price + price) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["generation of column items.twice", "price * 2", "price + price"]),
    case!("that it is stored", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) VIRTUAL,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["generation of column items.twice", "STORED"]),
    case!("its numbering", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER PRIMARY KEY,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["restored-otherwise"],
        ["numbering of column items.id was AUTOINCREMENT and is not there"]),
    case!("its primary key", ITEMS,
        "ALTER TABLE items ADD COLUMN note TEXT;",
        "CREATE TABLE fresh (
    id INTEGER NOT NULL,
    name VARCHAR(40) NOT NULL DEFAULT 'thing' COLLATE NOCASE,
    price INT CHECK (price > -1),
    shelf INTEGER REFERENCES shelves (id) ON DELETE CASCADE,
    twice INT GENERATED ALWAYS AS (price * 2) STORED,
    CONSTRAINT one_place UNIQUE (id, shelf)
);
INSERT INTO fresh (id, name, price, shelf) SELECT id, name, price, shelf FROM items;
DROP TABLE items;
ALTER TABLE fresh RENAME TO items;
CREATE INDEX items_name ON items (name);
CREATE TRIGGER items_in AFTER INSERT ON items BEGIN UPDATE items SET price = 0 WHERE price IS NULL; END;",
        ["not-restored", "restored-otherwise"],
        ["primary key", "items.id"]),
    case!("that it has no row numbers", "CREATE TABLE pairs (a TEXT NOT NULL PRIMARY KEY, b TEXT) WITHOUT ROWID;",
        "ALTER TABLE pairs ADD COLUMN c TEXT;",
        "CREATE TABLE fresh (a TEXT NOT NULL PRIMARY KEY, b TEXT);\nINSERT INTO fresh SELECT a, b FROM pairs;\nDROP TABLE pairs;\nALTER TABLE fresh RENAME TO pairs;",
        ["restored-otherwise"],
        ["without rowid", "pairs"]),
    case!("that it is strict", "CREATE TABLE facts (id INTEGER PRIMARY KEY, n INT NOT NULL) STRICT;",
        "ALTER TABLE facts ADD COLUMN c TEXT;",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, n INT NOT NULL);\nINSERT INTO fresh SELECT id, n FROM facts;\nDROP TABLE facts;\nALTER TABLE fresh RENAME TO facts;",
        ["restored-otherwise"],
        ["strict", "facts"]),
    case!("a column stays", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);",
        "ALTER TABLE users ADD COLUMN first TEXT;\nALTER TABLE users ADD COLUMN last TEXT;",
        "ALTER TABLE users DROP COLUMN first;",
        ["left-behind"],
        ["column users.last is left behind", "duplicate column"]),
    case!("a column is not renamed back", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);",
        "ALTER TABLE users RENAME COLUMN name TO title;",
        "SELECT 1;",
        ["left-behind", "not-restored"],
        ["column users.title is left behind", "column users.name is missing"]),
    case!("a column is renamed back in other letters", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);",
        "ALTER TABLE users RENAME COLUMN name TO title;",
        "ALTER TABLE users RENAME COLUMN title TO Name;",
        ["left-behind", "not-restored"],
        ["column users.Name is left behind", "column users.name is missing"]),
    case!("the down drops a column too many", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);",
        "ALTER TABLE users ADD COLUMN age INT;",
        "ALTER TABLE users DROP COLUMN age;\nALTER TABLE users DROP COLUMN name;",
        ["not-restored"],
        ["column users.name is missing"]),
];
