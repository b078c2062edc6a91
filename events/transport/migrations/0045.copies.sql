-- Platforms' copies of the directives: who differs since when, and how often it was asked to begin again.
-- depends: 0030.waiting

ALTER TABLE platform_digest
    ADD COLUMN differs_since timestamptz,
    -- Tokens say how many of these they have had: whoever holds one of before is told to begin again.
    ADD COLUMN resyncs integer NOT NULL DEFAULT 0,
    ADD COLUMN resync_at timestamptz;
