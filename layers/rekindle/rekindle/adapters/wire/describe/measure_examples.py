"""Examples of what is counted: attribution, funnel, recycled leads, metrics of a campaign."""

from rekindle.adapters.wire.describe.schemas import Json

_CAMPAIGN, _AT = "spring-webinar", "2026-03-01T12:00:00Z"
_FUNNEL = {
    "volumes": {"MQL": 40, "SAL": 20, "SQL": 10, "Won": 2},
    "passages": [
        {"from": "MQL", "to": "SAL", "conversion": 0.5, "mean_days": 1.5, "median_days": 1.0},
        {"from": "SAL", "to": "SQL", "conversion": 0.5, "mean_days": 12.0, "median_days": 9.5},
        {"from": "SQL", "to": "Won", "conversion": 0.2, "mean_days": 31.0, "median_days": 31.0},
        {"from": "MQL", "to": "Won", "conversion": 0.05, "mean_days": 46.5, "median_days": 46.5},
    ],
    "system_delay_seconds": {"count": 40, "median": 90.0, "p90": 600.0},
    "human_delay_seconds": {"count": 20, "median": 7200.0, "p90": 86400.0},
}

MEASURE_EXAMPLES: dict[str, Json] = {
    "Attribution": {
        "from": "2026-01-01",
        "to": "2026-04-01",
        "model": "active_response",
        "by": "campaign",
        "counted_at": _AT,
        "settings_version": 7,
        "items": [{"key": _CAMPAIGN, "name": "Spring webinar", "currency": "EUR", "amount": 1000.01}],
        "total": [{"currency": "EUR", "amount": 1000.01}],
    },
    "Funnel": {
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-04-01T00:00:00Z",
        "items": [{"key": _CAMPAIGN, "name": "Spring webinar", **_FUNNEL}],
        "items_total": 1,
        "total": _FUNNEL,
        "basis": "cohort",
        "by": "campaign",
        "time_zone": "UTC",
        "counted_at": _AT,
        "settings_version": 7,
        "beside": None,
    },
    "Recycling": {
        "from": "2026-01-01",
        "to": "2026-04-01",
        "by": "reason",
        "basis": "cohort",
        "counted_at": _AT,
        "settings_version": 7,
        "items": [
            {
                "key": "no_budget",
                "active": {
                    "recycled": 4,
                    "came_back": 2,
                    "stages": {"MQL": 2, "SAL": 1, "SQL": 1, "Won": 0},
                    "percent_back": {"MQL": 50, "SAL": 25, "SQL": 25, "Won": 0},
                    "days_until": {"MQL": 41.5, "SAL": 44, "SQL": 60, "Won": None},
                },
                "passive": {
                    "recycled": 0,
                    "came_back": 0,
                    "stages": {"MQL": 0, "SAL": 0, "SQL": 0, "Won": 0},
                    "percent_back": {"MQL": None, "SAL": None, "SQL": None, "Won": None},
                    "days_until": {"MQL": None, "SAL": None, "SQL": None, "Won": None},
                },
            }
        ],
    },
    "Metrics": {
        "record": "metric",
        "campaign_id": _CAMPAIGN,
        "name": "Spring webinar",
        "type": "Webinar",
        "cost": 600,
        "targeted": 3,
        "hard_bounces": 1,
        "went_dark": 0,
        "responses": {"gross": 2, "unique": 1, "positive": 1},
        "responses_per_responder": 2,
        "response_rate": 0.5,
        "rates": {"gross": 1, "positive": 0.5, "MQL": 0.5, "SQL": 0.5},
        "stages": {"MQL": 1, "SAL": 1, "SQL": 1, "Won": 1},
        "won_amount": [{"currency": "EUR", "amount": 1000.01}],
        "cost_per": {
            **{"targeted": 200, "gross": 300, "unique": 600, "positive": 600},
            **{"MQL": 600, "SAL": 600, "SQL": 600, "Won": 600},
        },
        "goals": {"by": "2026-06-30", "mqls": {"goal": 20, "actual": 1}},
        "inserted": {
            "people": 0,
            "responses": 0,
            "stages": {"MQL": 0, "SAL": 0, "SQL": 0, "Won": 0},
            "won_amount": [],
        },
        "definitions": {"response_rate": "people_who_responded_by_reachable_members"},
        "counted_at": _AT,
        "settings_version": 7,
    },
}
