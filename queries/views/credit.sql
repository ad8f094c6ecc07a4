-- fct_credit as of the last day that was written.
SELECT * FROM fct_credit WHERE day = (SELECT max(day) FROM fct_credit)
