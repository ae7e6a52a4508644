-- The loss reasons that a new installation begins with.
INSERT INTO pipeline_lossreason (code, name, kind, "order")
VALUES ('price', 'Price', 'price', 10),
       ('competitor', 'Went with a competitor', 'competitive', 20),
       ('no_decision', 'No decision', 'no_decision', 30),
       ('no_budget', 'No budget', 'disqualified', 40),
       ('timing', 'Timing', 'timing', 50),
       ('missing_feature', 'Missing feature', 'product_gap', 60),
       ('no_contact', 'Contact lost', 'no_decision', 70),
       ('other', 'Other', 'other', 80);
