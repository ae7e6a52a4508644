-- A deal's loss reason is the code of one that was set up. The column holds the code itself, so
-- that Django sees a text and the database a reference.
ALTER TABLE pipeline_deal ADD CONSTRAINT deal_lost_reason_known
FOREIGN KEY (lost_reason) REFERENCES pipeline_lossreason (code);
