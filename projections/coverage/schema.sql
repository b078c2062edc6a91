-- One row per subject and platform; every row is a join of what was told and what was answered.
CREATE TABLE coverage (
    subject_id uuid NOT NULL,
    platform text NOT NULL,
    -- What is asked of the platform now and since when, null when it has answered.
    action text CHECK (action IN ('restrict', 'lift')),
    since timestamptz,
    last_id bigint,
    last_state text,
    state bytea NOT NULL,
    PRIMARY KEY (subject_id, platform)
);
-- How many rows of a platform have which last answer and which unanswered action ('' for none): nobody has to count them.
CREATE TABLE tally (
    platform text NOT NULL,
    last_state text NOT NULL,
    action text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (platform, last_state, action)
);
CREATE INDEX coverage_owed_idx ON coverage (platform, since) WHERE since IS NOT NULL;
CREATE INDEX coverage_platform_idx ON coverage (platform, last_id DESC NULLS LAST);
CREATE INDEX coverage_unanswered_idx ON coverage (action, since) WHERE since IS NOT NULL;
