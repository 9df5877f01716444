-- migrate:up
CREATE SEQUENCE s start with 1 minvalue 1 maxvalue 9223372036854775806 increment by 1 cache 1000 nocycle ENGINE=InnoDB;

-- migrate:down
DROP SEQUENCE s;
