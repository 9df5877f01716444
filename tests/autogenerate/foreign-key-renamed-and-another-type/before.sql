CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, p integer, CONSTRAINT t_p_fk FOREIGN KEY (p) REFERENCES p (id));
