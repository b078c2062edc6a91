-- Subjects that are long free and whose lift everybody has answered: the topic of directives need not name them any more.
-- depends: 0045.copies

CREATE TABLE directive_settled (
    subject_id uuid PRIMARY KEY,
    -- Of the lift; a later directive makes the row void.
    seq bigint NOT NULL,
    settled_at timestamptz NOT NULL,
    -- Its tombstone is on the topic.
    buried boolean NOT NULL DEFAULT false
);
CREATE INDEX directive_settled_idx ON directive_settled (settled_at) WHERE NOT buried;
GRANT SELECT, INSERT, UPDATE ON directive_settled TO directives;
GRANT SELECT, UPDATE ON directive_settled TO relay;
