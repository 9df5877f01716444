-- migrate:up
CREATE TABLE b (
    id int(11) NOT NULL,
    a int(11) NULL,
    PRIMARY KEY (id),
    KEY b_a (a)
);
CREATE TABLE a (
    id int(11) NOT NULL,
    b int(11) NULL,
    PRIMARY KEY (id),
    KEY a_b (b),
    CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b (id)
);
ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a) REFERENCES a (id);

-- migrate:down
ALTER TABLE b DROP FOREIGN KEY b_a;
DROP TABLE a;
DROP TABLE b;
