"""Google Ads: a lead form asset sends each lead whole. The campaign comes as a number: a source code leads from it to
ours."""

from rekindle.domain.webhooks.webhook import Rule


def _column(name: str) -> str:
    return f"(user_column_data[?column_id == '{name}'] | [0].string_value)"


_NAMED = {"person_id": "join('-', ['google-ads', lead_id])"}
"""Of somebody who left no e-mail address."""

GOOGLE_ADS: tuple[Rule, ...] = (
    Rule(
        event="Person Changed",
        when="lead_id && !is_test",
        person_by_email=_column("EMAIL"),
        detail={
            **_NAMED,
            "email": _column("EMAIL"),
            "first_name": _column("FIRST_NAME"),
            "last_name": f"{_column('LAST_NAME')} || {_column('FULL_NAME')}",
            "company": _column("COMPANY_NAME"),
            "phone": _column("PHONE_NUMBER"),
        },
    ),
    Rule(
        event="Response Recorded",
        when="lead_id && !is_test",
        person_by_email=_column("EMAIL"),
        detail={
            **_NAMED,
            "response_id": "join('-', ['google-ads', lead_id])",
            "source_code": "join('-', ['google-ads', to_string(campaign_id)])",
            "responded": "`true`",
            "channel": "'web'",
            "response_type": "'Lead Form'",
        },
    ),
)
IGNORED_OF_GOOGLE_ADS = "is_test"
"""What the button of the form's editor sends."""
