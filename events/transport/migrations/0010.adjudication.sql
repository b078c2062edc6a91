-- What adjudication keeps beside the log, in the transaction of the facts: where each listing is, and evidence that came early.
-- depends: 0003.places

CREATE TABLE listing (
    listing_id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    tier smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'released', 'served', 'decided', 'rejected', 'ended')),
    undelivered boolean NOT NULL,
    objected boolean NOT NULL,
    contested boolean NOT NULL,
    proposed_at timestamptz NOT NULL
);
CREATE INDEX listing_state_idx ON listing (state, proposed_at DESC, listing_id DESC);
CREATE INDEX listing_proposed_idx ON listing (proposed_at DESC, listing_id DESC);
GRANT SELECT, INSERT, UPDATE ON listing TO adjudication;

-- Statements about evidence of an account that nobody knows yet: evidence opens no dossier, and is heard when one is opened.
CREATE TABLE early_evidence (
    platform text NOT NULL,
    account text NOT NULL,
    statement uuid NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (platform, account, statement)
);
CREATE INDEX early_evidence_noted_idx ON early_evidence (noted_at);
GRANT SELECT, INSERT, DELETE ON early_evidence TO adjudication;
