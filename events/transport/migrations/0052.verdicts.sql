-- What became of each listing that rested on platforms: decided, or turned down by people. An entity whose word people often did not
-- believe is not believed by silence. It begins with this migration: what was judged before is not counted.
-- depends: 0051.seals

CREATE TABLE verdict (
    listing_id uuid PRIMARY KEY,
    judged_at timestamptz NOT NULL,
    entities text[] NOT NULL,
    stood boolean NOT NULL
);
CREATE INDEX verdict_fell_idx ON verdict (judged_at) WHERE NOT stood;
CREATE INDEX verdict_entities_idx ON verdict USING gin (entities);
GRANT SELECT, INSERT, UPDATE, DELETE ON verdict TO adjudication;
