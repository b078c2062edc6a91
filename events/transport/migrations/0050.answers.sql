-- By when persons have to have answered what was asked for a subject: from then on it is granted.
-- depends: 0030.waiting

ALTER TABLE listing ADD COLUMN answer_by timestamptz;
CREATE INDEX listing_answer_by_idx ON listing (answer_by) WHERE answer_by IS NOT NULL;
