-- migrate:up
ALTER SEQUENCE `s` INCREMENT BY 5;

-- migrate:down
ALTER SEQUENCE `s` INCREMENT BY 1;
