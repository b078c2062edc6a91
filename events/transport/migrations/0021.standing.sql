-- A standing process says how old its copy is: for that it reads ids of the log, and nothing that they stand for.
-- depends: 0003.places

GRANT SELECT (notification_id, lane) ON hub_events TO standing;
