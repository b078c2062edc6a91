-- Who may do what: one role a process. Nobody updates or deletes the log.
-- depends: 0001.store

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO gateway, ingress, relay, adjudication, projections, standing, directives, regulator;
GRANT SELECT ON log, hub_events TO gateway, ingress, relay, adjudication, projections, directives, regulator;
GRANT SELECT ON log TO standing;
GRANT INSERT ON hub_events TO gateway, ingress, adjudication;
GRANT USAGE ON SEQUENCE hub_events_notification_id_seq TO gateway, ingress, adjudication;
GRANT SELECT (one, epoch, system_identifier, timeline), UPDATE (one) ON log TO relay;
GRANT INSERT ON vault TO gateway, ingress, adjudication;
GRANT SELECT ON vault TO adjudication;
GRANT SELECT ON member TO gateway, ingress, adjudication, projections, standing, directives, regulator, relay;
GRANT SELECT ON credential TO gateway, standing, directives, adjudication, regulator;
GRANT UPDATE (profile) ON member TO directives;
GRANT SELECT, UPDATE ON position TO ingress, adjudication;
GRANT INSERT ON position TO ingress;
GRANT SELECT, INSERT, UPDATE, DELETE ON position TO projections;
GRANT SELECT ON position TO relay, standing, directives, regulator;
GRANT SELECT, UPDATE ON relay_cursor, relay_published, relay_lease TO relay;
GRANT SELECT ON relay_published, relay_cursor TO adjudication, projections, standing, directives, regulator;
GRANT SELECT, INSERT ON refusal TO ingress, adjudication, projections;
GRANT SELECT, UPDATE, DELETE ON refusal TO relay;
GRANT USAGE ON SEQUENCE refusal_id_seq TO ingress, adjudication, projections;
GRANT SELECT, INSERT, UPDATE ON account, candidate, command TO adjudication;
GRANT SELECT, INSERT, UPDATE, DELETE ON due TO adjudication;
GRANT USAGE ON SEQUENCE candidate_id_seq TO adjudication;
GRANT SELECT, INSERT, UPDATE ON platform_digest TO directives;
GRANT SELECT, INSERT, UPDATE ON view TO projections;
GRANT SELECT ON view TO standing, directives, regulator, adjudication;
GRANT INSERT ON audit TO adjudication, regulator, directives;
GRANT USAGE ON SEQUENCE audit_id_seq TO adjudication, regulator, directives;
GRANT SELECT ON audit TO regulator;
GRANT EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() TO gateway, ingress, relay, adjudication, projections, standing, directives, regulator;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO projections', current_database()); END $$;
