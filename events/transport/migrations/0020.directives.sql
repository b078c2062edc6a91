-- Where the publisher of directives is: in the log, and in what it has read back of its topic.
-- depends: 0003.places

CREATE TABLE directive_cursor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- Of every subject, the newest directive up to this id is on the topic.
    last_id bigint NOT NULL DEFAULT 0,
    -- The topic that this is true of; another one is filled from the start.
    topic_id text
);
INSERT INTO directive_cursor DEFAULT VALUES;
CREATE TABLE directive_read_back (
    partition integer PRIMARY KEY,
    next_offset bigint NOT NULL DEFAULT 0
);
INSERT INTO directive_read_back (partition) SELECT generate_series(0, 3);
GRANT SELECT, UPDATE ON directive_cursor, directive_read_back TO relay;
