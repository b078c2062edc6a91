-- One row a fact, by its notification id: the order and the number of times in which facts come make no difference.
CREATE TABLE step (
    id bigint PRIMARY KEY,
    thing bigint,
    at timestamptz NOT NULL,
    what text NOT NULL,
    member text,
    account text,
    statement text,
    subject_id uuid,
    -- 64-bit numbers of the things that the step leads on to, one after another.
    leads bytea,
    detail bytea NOT NULL
);
CREATE INDEX step_thing_idx ON step (thing);
CREATE INDEX step_subject_idx ON step (subject_id, id) WHERE subject_id IS NOT NULL;

-- What else a step is found by. Most steps of most cases need no row here.
CREATE TABLE mention (
    thing bigint NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (thing, id)
);

-- How many statements were recorded on a day of Asia/Shanghai; a row for each partition, so that nobody waits for another's.
CREATE TABLE said (
    day date NOT NULL,
    partition smallint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (day, partition)
);

-- What became of each statement; the fact with the highest id has the word.
CREATE TABLE effect (
    source text NOT NULL,
    statement text NOT NULL,
    state text NOT NULL,
    why text,
    id bigint NOT NULL,
    partition smallint NOT NULL,
    PRIMARY KEY (source, statement)
);
CREATE INDEX effect_news_idx ON effect (source, partition, id);
