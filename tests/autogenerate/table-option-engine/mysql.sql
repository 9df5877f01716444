-- migrate:up
ALTER TABLE t ENGINE=MyISAM;

-- migrate:down
ALTER TABLE t ENGINE=InnoDB;
