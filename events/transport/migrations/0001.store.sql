-- The log of facts, the vault of words, the members, the positions of those who read.
-- depends:

CREATE TABLE hub_events (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigserial NOT NULL,
    lane smallint NOT NULL DEFAULT 0,
    key bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05);
CREATE UNIQUE INDEX hub_events_notification_id_idx ON hub_events (notification_id);
CREATE INDEX hub_events_lane_idx ON hub_events (lane, notification_id);
-- Feeds page the log by these two kinds; the predicates keep the indexes small.
CREATE INDEX hub_events_directive_idx ON hub_events (notification_id) WHERE topic = 'directive.issued.v1';
CREATE INDEX hub_events_notice_idx ON hub_events (notification_id) WHERE topic IN ('notice.released.v1', 'notice.served.v1');

-- The library's tracking table: one row an application.
CREATE TABLE hub_tracking (application_name text PRIMARY KEY, notification_id bigint);
INSERT INTO hub_tracking VALUES ('__migration__', 1);

-- Which log this is: a restored or foreign database is noticed before anything is written.
CREATE TABLE log (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch integer NOT NULL DEFAULT 1,
    system_identifier bigint NOT NULL,
    timeline integer NOT NULL
);
INSERT INTO log (system_identifier, timeline)
SELECT s.system_identifier, c.timeline_id FROM pg_control_system() s, pg_control_checkpoint() c;

-- What was said in words, by statement or by command: erased here, digests in the log still hold.
CREATE TABLE vault (
    statement uuid PRIMARY KEY,
    salt bytea NOT NULL,
    words bytea NOT NULL
);

CREATE TABLE member (
    code text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9-]{1,30}$'),
    class text NOT NULL CHECK (class IN ('platform', 'authority', 'reviewer', 'approver', 'panel', 'regulator')),
    entity text NOT NULL,
    enrolled_at timestamptz NOT NULL,
    profile jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE credential (
    key_id text PRIMARY KEY,
    code text NOT NULL REFERENCES member,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- A reader's place in one topic-partition: the id is truth, the Kafka offset a hint.
CREATE TABLE position (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    epoch integer NOT NULL,
    topic_id text,
    last_id bigint NOT NULL DEFAULT 0,
    next_offset bigint,
    PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE relay_cursor (
    lane smallint PRIMARY KEY,
    last_id bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0);
CREATE TABLE relay_published (
    topic text NOT NULL,
    partition integer NOT NULL,
    last_id bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0);
CREATE TABLE relay_lease (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    holder text,
    backend integer,
    renewed_at timestamptz
);
INSERT INTO relay_lease DEFAULT VALUES;

-- What ingress or a follower could not take, and repeats that are owed a receipt: shipped by the relay, purged after 30 days.
CREATE TABLE refusal (
    id bigserial PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('refused', 'conflict', 'duplicate', 'poison')),
    member text,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    statement_id text,
    answer jsonb NOT NULL,
    record bytea,
    recorded_at timestamptz NOT NULL,
    shipped boolean NOT NULL DEFAULT false
);
CREATE INDEX refusal_unshipped_idx ON refusal (id) WHERE NOT shipped;
CREATE INDEX refusal_recorded_idx ON refusal (recorded_at);

-- Adjudication's own: whose account, what falls due, which commands were answered.
CREATE TABLE account (
    platform text NOT NULL,
    account text NOT NULL,
    subject_id uuid NOT NULL,
    uscc text,
    PRIMARY KEY (platform, account)
);
CREATE INDEX account_subject_idx ON account (subject_id);
CREATE TABLE candidate (
    id bigserial PRIMARY KEY,
    platform text NOT NULL,
    account text NOT NULL,
    uscc text NOT NULL,
    noted_at timestamptz NOT NULL,
    judged_by text,
    judgement text CHECK (judgement IN ('positive', 'negative')),
    UNIQUE (platform, account, uscc)
);
CREATE TABLE due (
    subject_id uuid NOT NULL,
    moment timestamptz NOT NULL,
    PRIMARY KEY (subject_id, moment)
);
CREATE INDEX due_moment_idx ON due (moment);
CREATE TABLE command (
    id text NOT NULL,
    actor text NOT NULL,
    request_sha256 bytea NOT NULL,
    status integer NOT NULL,
    answer jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (actor, id)
);

-- A platform's own digest of its copy, as it last told it.
CREATE TABLE platform_digest (
    code text PRIMARY KEY REFERENCES member,
    token text NOT NULL,
    digest text NOT NULL,
    count bigint NOT NULL,
    agrees boolean,
    recorded_at timestamptz NOT NULL
);

-- Which generation of each view is read. A view lives in the schema {name}_{generation}.
CREATE TABLE view (
    name text PRIMARY KEY,
    generation integer NOT NULL,
    switched_at timestamptz NOT NULL DEFAULT now()
);

-- Who read which dossier for what purpose, written before the answer.
CREATE TABLE audit (
    id bigserial PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    purpose text NOT NULL,
    resource text NOT NULL
);
