-- The domain of a web address, in small letters and without "www."; empty if there is none.
CREATE OR REPLACE FUNCTION pipeline_web_domain(address text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(substring(lower(btrim(address)) FROM
        '^(?:[a-z]+://)?(?:[^/@]*@)?(?:www\d?\.)?([^/:?#\s]+\.[^/:?#\s]+)'), '')
$$;
