CREATE TABLE a (id integer PRIMARY KEY, x text);
CREATE INDEX a_x ON a (x);
