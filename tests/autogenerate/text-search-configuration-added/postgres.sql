-- migrate:up
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);

-- migrate:down
DROP TEXT SEARCH CONFIGURATION words;
