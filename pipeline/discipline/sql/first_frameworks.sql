-- The qualification frameworks that a new installation begins with: MEDDPICC, in use, and BANT,
-- which an admin can turn on.
WITH made AS (
    INSERT INTO pipeline_framework (name, archived_at)
    VALUES ('MEDDPICC', NULL), ('BANT', now()) RETURNING id, name
)
INSERT INTO pipeline_frameworkelement (framework_id, name, question, "order")
SELECT made.id, element.name, element.question, element.place
  FROM made JOIN (VALUES
    ('MEDDPICC', 'Metrics', 'Which numbers will improve for the buyer, and by how much?', 10),
    ('MEDDPICC', 'Economic buyer', 'Who can say yes when all others have, and have we met?', 20),
    ('MEDDPICC', 'Decision criteria', 'By what will they compare us with the alternatives?', 30),
    ('MEDDPICC', 'Decision process', 'Who decides what, in which steps, by when?', 40),
    ('MEDDPICC', 'Paper process', 'What must legal, security and purchasing do, and how long?', 50),
    ('MEDDPICC', 'Identify pain', 'What does it cost the buyer to leave all as it is?', 60),
    ('MEDDPICC', 'Champion', 'Who with influence sells for us when we are not there?', 70),
    ('MEDDPICC', 'Competition', 'Who else is considered, doing nothing included?', 80),
    ('BANT', 'Budget', 'Is there money for it, and whose is it?', 10),
    ('BANT', 'Authority', 'Do we talk with those who decide?', 20),
    ('BANT', 'Need', 'What must become better, and for whom?', 30),
    ('BANT', 'Timing', 'By when must it work, and why then?', 40)
  ) AS element (framework, name, question, place) ON element.framework = made.name
 ORDER BY made.id, element.place;
