-- fct_response as of the last day that was written.
SELECT * FROM fct_response WHERE day = (SELECT max(day) FROM fct_response)
