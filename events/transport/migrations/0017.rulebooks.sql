-- Versions of the rules, beside their facts in the log: two persons, a backtest of the very text, seven whole days of notice.
-- depends: 0010.adjudication

CREATE TABLE rulebook (
    version text PRIMARY KEY CHECK (version ~ '^[0-9]{4}\.[0-9]{1,4}$'),
    sha256 text NOT NULL,
    effective date NOT NULL,
    maker text NOT NULL,
    backtested text,
    checker text CHECK (checker <> maker),
    adopted_at timestamptz,
    withdrawn boolean NOT NULL,
    CHECK ((checker IS NULL) = (adopted_at IS NULL)),
    CHECK (adopted_at IS NULL OR backtested IS NOT DISTINCT FROM sha256),
    CHECK (effective - (adopted_at AT TIME ZONE 'Asia/Shanghai')::date > 7)
);
GRANT SELECT, INSERT, UPDATE ON rulebook TO adjudication;
