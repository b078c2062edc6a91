-- Who acted in which step of which listing, taken from the facts themselves: two persons where the rules ask for two, also when the
-- code above this forgets to ask. Whoever appends a fact that breaks this appends nothing.
-- depends: 0010.adjudication

ALTER TABLE member DROP CONSTRAINT member_class_check;
ALTER TABLE member ADD CONSTRAINT member_class_check
    CHECK (class IN ('platform', 'authority', 'reviewer', 'approver', 'panel', 'regulator', 'clerk'));

CREATE TABLE act (
    listing_id uuid NOT NULL,
    step text NOT NULL CHECK (step IN ('release', 'object', 'approve', 'decide', 'appeal', 'ending', 'repair', 'held')),
    actor text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (listing_id, step, actor)
);
GRANT SELECT ON act TO adjudication, regulator;

-- Refuses the fact when one of these actors took one of these steps with the same listing.
CREATE FUNCTION refuse_same(listing uuid, people text[], steps text[], what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM act WHERE listing_id = listing AND step = ANY (steps) AND actor = ANY (people)) THEN
        RAISE EXCEPTION 'another person is required to %', what USING ERRCODE = 'check_violation';
    END IF;
END $$;

-- Refuses the fact unless it names two people, of whom one took the first step in a fact of its own.
CREATE FUNCTION require_two(listing uuid, people text[], first text, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(people) < 2 OR NOT EXISTS (SELECT FROM act WHERE listing_id = listing AND step = first AND actor = ANY (people)) THEN
        RAISE EXCEPTION 'two persons are required to %', what USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION persons(fact jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE jsonb_typeof(fact -> 'by')
        WHEN 'array' THEN ARRAY(SELECT DISTINCT jsonb_array_elements_text(fact -> 'by'))
        ELSE ARRAY[fact ->> 'by'] END
$$;

CREATE FUNCTION guard_two_persons() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    fact jsonb := convert_from(NEW.state, 'UTF8')::jsonb;
    listing uuid := (fact ->> 'listing_id')::uuid;
    people text[] := persons(fact);
    taken text;
BEGIN
    CASE NEW.topic
        WHEN 'notice.released.v1' THEN taken := 'release';
        WHEN 'objection.lodged.v1' THEN taken := 'object';
        WHEN 'objection.resolved.v1' THEN
            PERFORM refuse_same(listing, people, ARRAY['release', 'decide', 'object'], 'answer an objection');
            DELETE FROM act WHERE listing_id = listing AND act.step = 'object';
        WHEN 'listing.approved.v1' THEN
            taken := 'approve';
            PERFORM refuse_same(listing, people, ARRAY['release', 'approve'], 'approve');
        WHEN 'listing.held.v1' THEN taken := 'held';
        WHEN 'listing.hold-released.v1' THEN
            PERFORM refuse_same(listing, people, ARRAY['release', 'approve', 'held'], 'release what is held');
        WHEN 'listing.decided.v1' THEN
            taken := 'decide';
            PERFORM refuse_same(listing, people, ARRAY['release'], 'decide');
            IF (fact ->> 'tier')::int >= 3 THEN
                PERFORM require_two(listing, people, 'approve', 'blacklist');
            END IF;
        WHEN 'interim.imposed.v1' THEN PERFORM refuse_same(listing, people, ARRAY['release'], 'impose an interim measure');
        WHEN 'appeal.lodged.v1' THEN taken := 'appeal';
        WHEN 'appeal.decided.v1' THEN PERFORM refuse_same(listing, people, ARRAY['release', 'decide', 'appeal'], 'decide the appeal');
        WHEN 'listing.reviewed.v1' THEN PERFORM refuse_same(listing, people, ARRAY['release', 'decide'], 'look again');
        WHEN 'listing.ending-approved.v1' THEN
            taken := 'ending';
            PERFORM refuse_same(listing, people, ARRAY['ending'], 'end it');
        WHEN 'listing.ended.v1' THEN
            IF fact ->> 'why' = 'wrongful' THEN
                PERFORM require_two(listing, people, 'ending', 'call a listing wrongful');
            END IF;
        WHEN 'repair.applied.v1' THEN taken := 'repair';
        WHEN 'repair.decided.v1' THEN
            PERFORM refuse_same(listing, people, ARRAY['repair'], 'decide the repair');
            DELETE FROM act WHERE listing_id = listing AND act.step = 'repair';
        ELSE NULL;
    END CASE;
    IF taken IS NOT NULL AND listing IS NOT NULL THEN
        INSERT INTO act SELECT listing, taken, one, (fact ->> 'at')::timestamptz FROM unnest(people) one ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

-- Asked of few: the condition is looked at before the function is called. In the order of the facts, as they are appended.
CREATE TRIGGER two_persons AFTER INSERT ON hub_events FOR EACH ROW
WHEN (NEW.topic IN ('notice.released.v1', 'objection.lodged.v1', 'objection.resolved.v1', 'listing.approved.v1', 'listing.held.v1',
    'listing.hold-released.v1', 'listing.decided.v1', 'interim.imposed.v1', 'appeal.lodged.v1', 'appeal.decided.v1',
    'listing.reviewed.v1', 'listing.ending-approved.v1', 'listing.ended.v1', 'repair.applied.v1', 'repair.decided.v1'))
EXECUTE FUNCTION guard_two_persons();

-- What is in the log already.
INSERT INTO act
SELECT DISTINCT ON (listing, step, one) listing, step, one, at FROM (
    SELECT (fact ->> 'listing_id')::uuid AS listing, (fact ->> 'at')::timestamptz AS at, unnest(persons(fact)) AS one,
        CASE topic WHEN 'notice.released.v1' THEN 'release' WHEN 'listing.approved.v1' THEN 'approve' WHEN 'listing.decided.v1' THEN 'decide'
            ELSE 'ending' END AS step
    FROM (SELECT topic, convert_from(state, 'UTF8')::jsonb AS fact FROM hub_events WHERE topic IN
        ('notice.released.v1', 'listing.approved.v1', 'listing.decided.v1', 'listing.ending-approved.v1')) facts
) acts WHERE listing IS NOT NULL;
