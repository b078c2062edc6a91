-- Where relay and followers begin. A missing row stops a worker, so every row is made here, with the topics.
-- depends: 0002.roles

INSERT INTO relay_cursor SELECT lane FROM generate_series(1, 6) lane;
INSERT INTO relay_published (topic, partition)
SELECT 'liancheng.' || lane || '.v1', partition
FROM unnest(ARRAY['sanction', 'dossier', 'merchant', 'enforcement', 'report', 'evidence']) lane, generate_series(0, 3) partition;
INSERT INTO position (consumer, topic, partition, epoch)
SELECT 'adjudication', topic, partition, (SELECT epoch FROM log) FROM relay_published
WHERE topic IN ('liancheng.sanction.v1', 'liancheng.merchant.v1');
