CREATE TABLE p (id varchar(20) PRIMARY KEY);
CREATE TABLE t (id integer PRIMARY KEY, p varchar(20), CONSTRAINT t_p_key FOREIGN KEY (p) REFERENCES p (id));
