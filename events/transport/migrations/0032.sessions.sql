-- Who is logged in at the console and how often it was tried, the same for all of its processes.
-- depends: 0031.accounts

-- Found by the sha256 of what the browser holds, and sealed by it: whoever reads the table has no session and no key.
CREATE TABLE console_session (
    id bytea PRIMARY KEY CHECK (length(id) = 32),
    content bytea NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX console_session_ends_at_idx ON console_session (ends_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON console_session TO regulator;

-- Buckets of tokens. Unlogged: after a crash of the database everybody begins with a full one.
CREATE UNLOGGED TABLE console_attempt (
    whose bytea PRIMARY KEY CHECK (length(whose) = 32),
    tokens double precision NOT NULL,
    at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON console_attempt TO regulator;
