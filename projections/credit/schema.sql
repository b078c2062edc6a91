-- The ledger: one row for each time that a weighing came into a subject's dossier. Never deleted: past scores are these rows.
CREATE TABLE entry (
    subject_id uuid NOT NULL,
    weighing uuid NOT NULL,
    recorded_id bigint NOT NULL,
    partition smallint NOT NULL,
    -- Id of the last fact that changed the row.
    position bigint NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (subject_id, weighing, recorded_id)
);
CREATE INDEX entry_news_idx ON entry (partition, position);
