-- Members who did not respond in time, by campaign, and how many of them responded to anything after.
SELECT
  gone.campaign_id,
  count(DISTINCT gone.person_id) AS went_dark,
  count(DISTINCT CASE WHEN gone.refinement_campaign_id IS NOT NULL THEN gone.person_id END) AS targeted_again,
  count(DISTINCT CASE WHEN responses.responded_at > gone.occurred_at THEN gone.person_id END) AS responded_since
FROM events AS gone
LEFT JOIN responses ON responses.person_id = gone.person_id AND responses.is_responded AND NOT responses.is_deleted
WHERE gone.detail_type = 'Person Went Dark'
GROUP BY gone.campaign_id
ORDER BY went_dark DESC, gone.campaign_id
