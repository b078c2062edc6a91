-- What the breaker counts, and what it holds for a person.
-- depends: 0012.accounts

ALTER TABLE listing ADD COLUMN held boolean NOT NULL DEFAULT false;
CREATE INDEX listing_held_idx ON listing (proposed_at DESC, listing_id DESC) WHERE held;

-- Each decision of the last days: the rule, and the legal entities of the platforms that it rests on; none when on an authority.
CREATE TABLE decision (
    listing_id uuid PRIMARY KEY,
    decided_at timestamptz NOT NULL,
    rule text NOT NULL,
    entities text[] NOT NULL
);
CREATE INDEX decision_decided_idx ON decision (decided_at);
GRANT SELECT, INSERT, DELETE ON decision TO adjudication;
