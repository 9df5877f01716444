CREATE TABLE f (id integer, foo text NOT NULL, bar text) PARTITION BY LIST (foo);
CREATE TABLE f1 PARTITION OF f FOR VALUES IN ('a');
