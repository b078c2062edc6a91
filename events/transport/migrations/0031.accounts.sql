-- People's accounts for the console, and auditors, who read the audit and decide nothing. A session speaks to the hub with a credential
-- of its own, for the one person who logged in: the hub goes on asking for two of them.
-- depends: 0030.waiting

ALTER TABLE member DROP CONSTRAINT member_class_check;
ALTER TABLE member ADD CONSTRAINT member_class_check
    CHECK (class IN ('platform', 'authority', 'reviewer', 'approver', 'panel', 'regulator', 'clerk', 'auditor'));
ALTER TABLE credential ADD COLUMN expires_at timestamptz;

-- One person, one account: nobody is two people by logging in in two ways.
CREATE TABLE console_account (
    login text PRIMARY KEY CHECK (login ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'),
    code text NOT NULL UNIQUE REFERENCES member,
    password text CHECK (password LIKE '$argon2id$%'),
    issuer text,
    subject text,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    UNIQUE (issuer, subject),
    CHECK ((issuer IS NULL) = (subject IS NULL))
);
GRANT SELECT, UPDATE (password) ON console_account TO regulator;

-- The only way in which the console comes to a credential: for a person who may use it, for eight hours, and never without a row of the audit.
CREATE FUNCTION open_console(who text, key text, secret_digest bytea, why text, moment timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    person text;
BEGIN
    SELECT a.code INTO person FROM console_account a JOIN member m USING (code)
    WHERE a.login = who AND a.disabled_at IS NULL AND m.class IN ('reviewer', 'approver', 'panel', 'regulator', 'auditor');
    IF person IS NOT NULL THEN
        INSERT INTO credential (key_id, code, digest, created_at, expires_at)
        VALUES (key, person, secret_digest, now(), now() + interval '8 hours');
        INSERT INTO audit (at, actor, purpose, resource) VALUES (moment, person, why, 'login');
    END IF;
    RETURN person;
END $$;

CREATE FUNCTION close_console(key text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE credential SET revoked_at = now() WHERE key_id = key AND expires_at IS NOT NULL AND revoked_at IS NULL
$$;
REVOKE ALL ON FUNCTION open_console(text, text, bytea, text, timestamptz), close_console(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_console(text, text, bytea, text, timestamptz), close_console(text) TO regulator;

-- Whoever may not log in any more is logged out.
CREATE FUNCTION log_out_disabled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE credential SET revoked_at = now() WHERE code = NEW.code AND expires_at IS NOT NULL AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER disabled AFTER UPDATE OF disabled_at ON console_account FOR EACH ROW
WHEN (NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION log_out_disabled();

-- Auditors look for who read what.
CREATE INDEX audit_at_idx ON audit (at, id);
CREATE INDEX audit_actor_idx ON audit (actor, at, id);
CREATE INDEX audit_resource_idx ON audit (resource, at, id) WHERE length(resource) < 200;
