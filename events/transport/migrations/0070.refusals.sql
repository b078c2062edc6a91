-- What operators did about a refused record after a fix: it was taken in again, or looked at and closed.
-- depends: 0018.erasure

ALTER TABLE refusal ADD COLUMN settled_at timestamptz, ADD COLUMN settled_as text;
