-- What adjudication keeps of reporters beside the log: its own place in the lane of reports, the day's respondents, who is held back.
-- depends: 0010.adjudication

CREATE TABLE reporter_cursor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    last_id bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0);
INSERT INTO reporter_cursor DEFAULT VALUES;

-- Whom a reporter named on a day, and with which report first. Kept two days; numbers, so that ten million a day stay small.
CREATE TABLE reporter_day (
    day date NOT NULL,
    reporter bigint NOT NULL,
    respondent bigint NOT NULL,
    first_id bigint NOT NULL,
    PRIMARY KEY (day, reporter, respondent)
);

-- Only those whom a finding or a person holds back.
CREATE TABLE reporter_place (
    reporter text PRIMARY KEY,
    platform text NOT NULL,
    rung text NOT NULL DEFAULT 'none' CHECK (rung IN ('none', 'warned', 'quota_one', 'suspended', 'reported')),
    quota_until timestamptz,
    suspended_until timestamptz,
    invalidated boolean NOT NULL DEFAULT false
);
CREATE INDEX reporter_place_rung_idx ON reporter_place (platform, rung);

-- Conclusions with a finding whose report is not known yet.
CREATE TABLE reporter_waiting (
    conclusion bigint PRIMARY KEY,
    noted_at timestamptz NOT NULL,
    -- Looked at in turns, so that reports which never come hold nobody up.
    looked_at timestamptz NOT NULL
);

-- Reports that do not count, or did not for a time; `told` is what the dossier of the account knows.
CREATE TABLE reporter_judged (
    platform text NOT NULL,
    account text NOT NULL,
    report text NOT NULL,
    finding boolean NOT NULL DEFAULT false,
    invalidated boolean NOT NULL DEFAULT false,
    told boolean NOT NULL DEFAULT false,
    PRIMARY KEY (platform, account, report)
);
CREATE INDEX reporter_judged_untold_idx ON reporter_judged (platform, account) WHERE told <> (finding OR invalidated);

-- The log is searched for the reports of somebody who was invalidated or reinstated, a stretch at a time.
CREATE TABLE reporter_search (
    reporter text PRIMARY KEY,
    invalidated boolean NOT NULL,
    after_id bigint NOT NULL DEFAULT 0,
    upto_id bigint NOT NULL
);

GRANT SELECT, UPDATE ON reporter_cursor TO adjudication;
GRANT SELECT, INSERT, DELETE ON reporter_day TO adjudication;
GRANT SELECT, INSERT, UPDATE ON reporter_place, reporter_judged TO adjudication;
GRANT SELECT, INSERT, UPDATE, DELETE ON reporter_waiting, reporter_search TO adjudication;
