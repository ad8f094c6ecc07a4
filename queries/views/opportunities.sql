-- fct_opportunity as of the last day that was written.
SELECT * FROM fct_opportunity WHERE day = (SELECT max(day) FROM fct_opportunity)
