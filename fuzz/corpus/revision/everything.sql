-- m
--
-- revision: a1
-- revises: b1, c1
-- created: 2026-11-21T04:56:27Z
-- depends-on: d1, e1
-- branch-labels: billing

-- migrate:up dialect:sqlite,postgres transaction:false lock-timeout:5s
SELECT 1;
-- migrate:up dialect:mysql
SELECT 2;
-- migrate:irreversible dialect:mysql gone
-- migrate:noop nothing
-- migrate:fixture
INSERT INTO t VALUES (1);
-- migrate:verify
SELECT 1;
-- migrate:allow left-behind why
-- migrate:lossy t.a why
