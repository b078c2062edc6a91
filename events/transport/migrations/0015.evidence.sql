-- Which evidence is kept, by its platform's number and by its hash. The content lies in the safe, sealed.
-- depends: 0011.people

CREATE TABLE evidence_kept (
    platform text NOT NULL,
    evidence text NOT NULL,
    account text NOT NULL,
    sha256 text NOT NULL,
    media text NOT NULL,
    bytes bigint NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (platform, evidence, sha256)
);
CREATE INDEX evidence_kept_sha256 ON evidence_kept (sha256);
GRANT SELECT, INSERT ON evidence_kept TO adjudication;
