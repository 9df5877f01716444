CREATE TABLE t (a INTEGER) WITH (fillfactor = 70);
