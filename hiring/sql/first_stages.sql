-- The hiring stages that a new installation begins with.
INSERT INTO hiring_hiringstage (name, kind, "order") VALUES
    ('Applied', 'open', 10), ('Screen', 'open', 20), ('Interview', 'open', 30),
    ('Offer', 'open', 40), ('Hired', 'hired', 90), ('Rejected', 'rejected', 95),
    ('Withdrawn', 'withdrawn', 99);
