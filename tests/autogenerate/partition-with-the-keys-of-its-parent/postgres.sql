-- migrate:up
ALTER TABLE p ADD CONSTRAINT p_pkey PRIMARY KEY (a);

-- migrate:down
ALTER TABLE p DROP CONSTRAINT p_pkey;
