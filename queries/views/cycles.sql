-- fct_cycle as of the last day that was written.
SELECT * FROM fct_cycle WHERE day = (SELECT max(day) FROM fct_cycle)
