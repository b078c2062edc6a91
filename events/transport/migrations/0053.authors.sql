-- Who takes in what members say decides nothing: whoever has got hold of the gateway can append statements, and no decision. Another
-- kind of statement needs another migration: a test compares.
-- depends: 0052.verdicts

CREATE FUNCTION guard_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% states, and decides nothing: %', current_user, NEW.topic USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER author BEFORE INSERT ON hub_events FOR EACH ROW
WHEN (current_user IN ('gateway', 'ingress') AND NEW.topic NOT IN (
    'enforcement.acknowledged.v1', 'evidence.discredited.v1', 'evidence.submitted.v1', 'evidence.verified.v1', 'merchant.declared.v1',
    'notice.delivered.v1', 'notice.failed.v1', 'report.accepted.v1', 'report.answered.v1', 'report.concluded.v1', 'report.filed.v1',
    'report.investigating.v1', 'report.reopened.v1', 'report.transferred.v1', 'report.withdrawn.v1', 'sanction.amended.v1',
    'sanction.appealed.v1', 'sanction.imposed.v1', 'sanction.lifted.v1', 'sanction.upheld.v1'))
EXECUTE FUNCTION guard_author();

-- The checker of the log asks which content was erased: nobody can be blamed for not having opened it.
GRANT SELECT (sha256, erased_at) ON evidence_kept TO regulator;
