-- Which listings wait for the answer to an appeal or to an application for repair: queues of people.
-- depends: 0013.breaker 0021.standing

ALTER TABLE listing ADD COLUMN appeal_open boolean NOT NULL DEFAULT false, ADD COLUMN repair_open boolean NOT NULL DEFAULT false;
CREATE INDEX listing_appeal_idx ON listing (proposed_at DESC, listing_id DESC) WHERE appeal_open;
CREATE INDEX listing_repair_idx ON listing (proposed_at DESC, listing_id DESC) WHERE repair_open;
CREATE INDEX listing_objected_idx ON listing (proposed_at DESC, listing_id DESC) WHERE objected;
