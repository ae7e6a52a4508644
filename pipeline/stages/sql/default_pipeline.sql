-- The pipeline of a stage that names none.
CREATE OR REPLACE FUNCTION pipeline_default_pipeline() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT id FROM pipeline_pipeline WHERE is_default
$$;
