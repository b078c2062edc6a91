-- Where platforms want to be told, how far each has been told, and what it did not take.
-- depends: 0020.directives

CREATE SEQUENCE webhook_revision_seq;
CREATE TABLE webhook (
    code text PRIMARY KEY REFERENCES member (code),
    url text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'on', 'off')),
    why text CHECK (why IN ('gone', 'failing', 'unproven')),
    -- Sealed under a key that the database does not have.
    secret bytea NOT NULL,
    earlier bytea,
    earlier_until timestamptz,
    asked_at timestamptz NOT NULL,
    proven_at timestamptz,
    -- Another one whenever the platform asks for something: who works with an older one keeps nothing.
    revision bigint NOT NULL,
    -- How often the platform had been asked to begin its copy again when it was last told everything.
    round integer NOT NULL,
    snapshot_to bigint NOT NULL,
    others_after bigint NOT NULL,
    lifts_after bigint NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    delivered_at timestamptz,
    CHECK ((state = 'off') = (why IS NOT NULL)),
    CHECK ((earlier IS NULL) = (earlier_until IS NULL))
);
CREATE TABLE webhook_retry (
    code text NOT NULL REFERENCES webhook (code) ON DELETE CASCADE,
    id bigint NOT NULL,
    lift boolean NOT NULL,
    issued_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    failures integer NOT NULL,
    due timestamptz NOT NULL,
    given_up boolean NOT NULL,
    PRIMARY KEY (code, id)
);
GRANT USAGE ON SEQUENCE webhook_revision_seq TO directives;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook, webhook_retry TO directives;

-- ANALYZE would keep samples of secrets.
ALTER TABLE webhook ALTER COLUMN secret SET STATISTICS 0, ALTER COLUMN earlier SET STATISTICS 0;
