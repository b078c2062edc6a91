-- Weak signals that accounts belong together make candidates that a person judges; they move nothing.
-- depends: 0011.people

-- Which account was seen with what: a keyed digest, worthless without the hub's key.
CREATE TABLE signal (
    kind text NOT NULL CHECK (kind IN ('person', 'name')),
    value bytea NOT NULL,
    platform text NOT NULL,
    account text NOT NULL,
    PRIMARY KEY (kind, value, platform, account)
);
-- ANALYZE would keep samples that no erasure reaches.
ALTER TABLE signal ALTER COLUMN value SET STATISTICS 0;
GRANT SELECT, INSERT ON signal TO adjudication;

ALTER TABLE candidate ALTER COLUMN uscc DROP NOT NULL;
ALTER TABLE candidate ADD COLUMN why text NOT NULL DEFAULT 'code' CHECK (why IN ('code', 'person', 'name'));
ALTER TABLE candidate ADD COLUMN other_platform text;
ALTER TABLE candidate ADD COLUMN other_account text;
ALTER TABLE candidate ADD CONSTRAINT candidate_of_one_kind
    CHECK ((uscc IS NULL) = (why <> 'code') AND (other_platform IS NULL) = (uscc IS NOT NULL) AND (other_account IS NULL) = (uscc IS NOT NULL));
-- A pair is noted once, whatever brings it up later, and whoever is named first.
CREATE UNIQUE INDEX candidate_pair_idx ON candidate (platform, account, other_platform, other_account) WHERE uscc IS NULL;
ALTER TABLE candidate DROP CONSTRAINT candidate_judgement_check;
ALTER TABLE candidate ADD CONSTRAINT candidate_judgement_check CHECK (judgement IN ('positive', 'negative', 'unsure'));
