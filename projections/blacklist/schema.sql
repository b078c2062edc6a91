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
CREATE INDEX version_changed_idx ON version (at, position) WHERE changed;

-- A page of the list is found in one of these alone, as of any moment, and then read by its keys. One for each category, so that a
-- rare one is not looked for among all others.
CREATE INDEX version_listed_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2;
CREATE INDEX version_counterfeit_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{counterfeit}'::text[];
CREATE INDEX version_forbidden_goods_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{forbidden_goods}'::text[];
CREATE INDEX version_unsafe_goods_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{unsafe_goods}'::text[];
CREATE INDEX version_fraud_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{fraud}'::text[];
CREATE INDEX version_non_delivery_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{non_delivery}'::text[];
CREATE INDEX version_not_as_described_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{not_as_described}'::text[];
CREATE INDEX version_false_advertising_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{false_advertising}'::text[];
CREATE INDEX version_infringement_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{infringement}'::text[];
CREATE INDEX version_price_gouging_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{price_gouging}'::text[];
CREATE INDEX version_credit_fraud_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{credit_fraud}'::text[];
CREATE INDEX version_mislisting_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{mislisting}'::text[];
CREATE INDEX version_privacy_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{privacy}'::text[];
CREATE INDEX version_illegal_content_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{illegal_content}'::text[];
CREATE INDEX version_bad_service_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{bad_service}'::text[];
CREATE INDEX version_other_idx ON version (subject_id, position, at, next_position, next_at, until, tier) WHERE tier >= 2 AND categories @> '{other}'::text[];
-- For moments at which only few were listed.
CREATE INDEX version_began_idx ON version (at) WHERE tier >= 2;

-- How many are on the list: what each day adds and takes away, by tier and category ('' is every category). A sum up to a day is the
-- number at its end, and nobody has to be counted.
CREATE TABLE turn (
    tier smallint NOT NULL,
    category text NOT NULL,
    day date NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tier, category, day)
);

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

-- Names of whoever is or was listed, as pairs of characters: looked through by people, and nothing is decided by them.
-- Costly, and said so: whoever looks for a name goes by the index, and never through all rows.
CREATE FUNCTION name_grams(state bytea) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(name, i, 2)), '{}')
    FROM (SELECT lower(convert_from(state, 'UTF8')::jsonb ->> 'name') AS name) n, generate_series(1, length(name) - 1) i
$$;
CREATE INDEX version_name_idx ON version USING gin (name_grams(state)) WHERE tier >= 2;
