-- migrate:up
CREATE TABLE p (
    id int(11) NOT NULL,
    x int(11) NULL,
    y int(11) NULL,
    PRIMARY KEY (id),
    UNIQUE KEY p_xy (x, y)
);
CREATE TABLE t (
    id int(11) NOT NULL,
    p int(11) NULL,
    PRIMARY KEY (id),
    KEY p (p),
    CONSTRAINT t_ibfk_1 FOREIGN KEY (p) REFERENCES p (id)
);

-- migrate:down
DROP TABLE t;
DROP TABLE p;
