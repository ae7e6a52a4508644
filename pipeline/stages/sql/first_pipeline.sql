-- The pipeline that a new installation begins with.
INSERT INTO pipeline_pipeline (name, "order", is_default) VALUES ('Sales', 10, true);
