-- Every state that a subject was ever in; the current one has no next. Never deleted: as-of reads are these rows.
CREATE TABLE version (
    subject_id uuid NOT NULL,
    position bigint NOT NULL,
    partition smallint NOT NULL,
    at timestamptz NOT NULL,
    next_position bigint,
    next_at timestamptz,
    tier smallint NOT NULL,
    until date,
    categories text[] NOT NULL,
    -- Whether the list itself changed, and not only what is known of the subject.
    changed boolean NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (subject_id, position)
);
CREATE INDEX version_current_idx ON version (subject_id) WHERE next_position IS NULL;
CREATE INDEX version_news_idx ON version (partition, position) WHERE next_position IS NULL;
CREATE INDEX version_listed_idx ON version (subject_id) WHERE tier >= 2;
CREATE INDEX version_changed_idx ON version (position) WHERE changed;

-- Whose an account is: of the facts about it the one with the highest id holds, whichever partition it came by.
CREATE TABLE account (
    platform text NOT NULL,
    account text NOT NULL,
    subject_id uuid NOT NULL,
    id bigint NOT NULL,
    partition smallint NOT NULL,
    PRIMARY KEY (platform, account)
);
CREATE INDEX account_subject_idx ON account (subject_id);
CREATE INDEX account_news_idx ON account (partition, id);

-- Names of whoever is listed, as pairs of characters: looked through by people, and nothing is decided by them.
CREATE FUNCTION name_grams(state bytea) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(name, i, 2)), '{}')
    FROM (SELECT lower(convert_from(state, 'UTF8')::jsonb ->> 'name') AS name) n, generate_series(1, length(name) - 1) i
$$;
CREATE INDEX version_name_idx ON version USING gin (name_grams(state)) WHERE next_position IS NULL AND tier >= 2;
