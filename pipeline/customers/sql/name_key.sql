-- What the names of one company share however they are spelt: small letters without accents, marks
-- and blanks, "and" for "&", without "the" before and legal forms behind. A name of nothing else
-- ("The Company") is its own key. Only the marks of ASCII and a few more are taken away, so that a
-- name in any script keeps its letters.
CREATE OR REPLACE FUNCTION pipeline_name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    WITH plain AS (
        SELECT btrim(regexp_replace(regexp_replace(replace(regexp_replace(
                   lower(normalize(name, NFKD)),
                   U&'[\0300-\036F.''\2019]', '', 'g'), '&', ' and '),
                   U&'[\0001-\002F\003A-\0040\005B-\0060\007B-\00B7\2010-\2027]+', ' ', 'g'),
                   ' +', ' ', 'g')) AS words
    ), cut AS (
        SELECT words, regexp_replace(regexp_replace(words, '^the ', ''),
            '( (incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|lp|plc|gmbh|mbh'
            '|ag|kg|kgaa|ug|se|sa|sas|sarl|spa|srl|bv|nv|oy|oyj|ab|as|asa|aps|pty|kk))+$', '')
               AS core
          FROM plain
    )
    SELECT coalesce(nullif(replace(core, ' ', ''), ''), nullif(replace(words, ' ', ''), ''),
                    lower(name)) FROM cut
$$;
