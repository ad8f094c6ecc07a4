-- What each campaign brought: members, people who responded, MQLs and won deals. Insertions by Rekindle are left out.
SELECT
  campaigns.campaign_id,
  campaigns.name,
  campaigns.cost,
  coalesce(members.targeted, 0) AS targeted,
  coalesce(members.responders, 0) AS responders,
  CAST(members.responders AS double) / nullif(members.targeted, 0) AS response_rate,
  coalesce(engaged.mqls, 0) AS mqls,
  coalesce(engaged.won, 0) AS won
FROM campaigns
LEFT JOIN (
  SELECT
    campaign_id,
    count(DISTINCT person_id) AS targeted,
    count(DISTINCT CASE WHEN is_responded THEN person_id END) AS responders
  FROM responses
  WHERE NOT is_deleted AND NOT is_inserted
  GROUP BY campaign_id
) AS members ON members.campaign_id = campaigns.campaign_id
LEFT JOIN (
  SELECT campaign_id, count(*) AS mqls, count(won_at) AS won
  FROM cycles
  WHERE NOT is_inserted
  GROUP BY campaign_id
) AS engaged ON engaged.campaign_id = campaigns.campaign_id
ORDER BY campaigns.campaign_id
