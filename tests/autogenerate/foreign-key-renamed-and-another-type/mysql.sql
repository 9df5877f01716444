-- migrate:up
ALTER TABLE t RENAME INDEX t_p_fk TO t_p_key;
ALTER TABLE t DROP FOREIGN KEY t_p_fk;
ALTER TABLE p MODIFY COLUMN id varchar(20) NOT NULL;
ALTER TABLE t MODIFY COLUMN p varchar(20) NULL;
ALTER TABLE t ADD CONSTRAINT t_p_key FOREIGN KEY (p) REFERENCES p (id);

-- migrate:down
ALTER TABLE t RENAME INDEX t_p_key TO t_p_fk;
ALTER TABLE t DROP FOREIGN KEY t_p_key;
ALTER TABLE p MODIFY COLUMN id int(11) NOT NULL;
ALTER TABLE t MODIFY COLUMN p int(11) NULL;
ALTER TABLE t ADD CONSTRAINT t_p_fk FOREIGN KEY (p) REFERENCES p (id);

-- migrate:lossy p.id int(11) becomes varchar(20)

-- migrate:lossy t.p int(11) becomes varchar(20)
