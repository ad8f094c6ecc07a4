-- dim_campaign as of the last day that was written.
SELECT * FROM dim_campaign WHERE day = (SELECT max(day) FROM dim_campaign)
