-- dim_person as of the last day that was written.
SELECT * FROM dim_person WHERE day = (SELECT max(day) FROM dim_person)
