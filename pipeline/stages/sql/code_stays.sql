-- The code of a loss reason stays, because deals and their history hold it.
CREATE OR REPLACE FUNCTION pipeline_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'deals hold the code %, so it stays', OLD.code
        USING ERRCODE = 'check_violation', CONSTRAINT = 'loss_reason_code_stays';
END $$;

CREATE OR REPLACE TRIGGER pipeline_code_stays BEFORE UPDATE OF code ON pipeline_lossreason
FOR EACH ROW WHEN (NEW.code <> OLD.code) EXECUTE FUNCTION pipeline_code_stays();
