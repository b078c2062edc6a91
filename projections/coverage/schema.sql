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
CREATE INDEX coverage_platform_idx ON coverage (platform, last_id DESC NULLS LAST);
CREATE INDEX coverage_unanswered_idx ON coverage (action, since) WHERE since IS NOT NULL;
