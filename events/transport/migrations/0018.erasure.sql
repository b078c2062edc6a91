-- What was asked to be erased, and when it was done: a request that is not done is seen and counted.
-- depends: 0003.places

CREATE TABLE erasure (
    target text PRIMARY KEY CHECK (target ~ '^(statements|subjects)/[0-9a-f-]{36}$'),
    requested_at timestamptz NOT NULL,
    done_at timestamptz
);
GRANT SELECT ON erasure TO adjudication;

-- ANALYZE keeps samples of what it reads in pg_statistic, which no erasure would reach.
ALTER TABLE vault ALTER COLUMN words SET STATISTICS 0, ALTER COLUMN salt SET STATISTICS 0;
ALTER TABLE refusal ALTER COLUMN record SET STATISTICS 0;
