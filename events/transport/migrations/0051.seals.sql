-- The seal of each kept content: with the hub's key it makes the key that opens it. Erased, no copy of the object opens any more.
-- What was kept before had its own hash for a seal.
-- depends: 0050.answers 0015.evidence 0018.erasure

CREATE TABLE evidence_seal (
    sha256 text PRIMARY KEY,
    seal bytea NOT NULL
);
ALTER TABLE evidence_seal ALTER COLUMN seal SET STATISTICS 0;
INSERT INTO evidence_seal SELECT DISTINCT sha256, decode(sha256, 'hex') FROM evidence_kept;
GRANT SELECT, INSERT ON evidence_seal TO adjudication;

-- What was erased leaves its place behind, without a word: it is not taken again, and whoever asks for it is told.
ALTER TABLE evidence_kept
    ADD COLUMN erased_at timestamptz,
    ADD COLUMN stamped_at timestamptz,
    ADD COLUMN stamped_by text;
