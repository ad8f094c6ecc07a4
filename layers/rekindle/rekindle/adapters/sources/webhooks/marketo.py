"""Marketo: the payload of the template in docs/handbook/webhooks.md, which a webhook of a smart campaign sends, and
rows of activities as its REST interface has them."""

from rekindle.domain.webhooks.webhook import Rule

ITEMS_OF_MARKETO = "result || @"
"""One payload, a list of rows, or the answer of the REST interface that holds them."""

_NEW_VALUE = "attributes[?name == 'New Value'] | [0].value"
_SCORE_CHANGED, _VALUE_CHANGED, _PROGRESSED = "`22`", "`13`", "`104`"
"""Types of activities: Change Score, Change Data Value, Change Status in Progression."""

MARKETO: tuple[Rule, ...] = (
    Rule(
        event="Person Changed",
        when="lead_id && type != 'program_status'",
        time="occurred_at || `null`",
        detail={
            "person_id": "to_string(lead_id)",
            "score": "score && to_number(score)",
            "status": "status",
            "email": "email",
            "first_name": "first_name",
            "last_name": "last_name",
            "company": "company",
        },
    ),
    Rule(
        event="Response Recorded",
        when="lead_id && type == 'program_status'",
        time="occurred_at || `null`",
        detail={
            "response_id": "join('-', ['marketo', to_string(program_id), to_string(lead_id)])",
            "person_id": "to_string(lead_id)",
            "campaign_id": "to_string(program_id)",
            "responded": "success == `true` || success == 'true'",
            "member_status": "program_status",
        },
    ),
    Rule(
        event="Person Changed",
        when=f"leadId && activityTypeId == {_SCORE_CHANGED}",
        time="activityDate",
        detail={"person_id": "to_string(leadId)", "score": f"({_NEW_VALUE}) | to_number(@)"},
    ),
    Rule(
        event="Person Changed",
        when=f"leadId && activityTypeId == {_VALUE_CHANGED} && primaryAttributeValue == 'Lead Status'",
        time="activityDate",
        detail={"person_id": "to_string(leadId)", "status": _NEW_VALUE},
    ),
    Rule(
        event="Response Recorded",
        when=f"leadId && activityTypeId == {_PROGRESSED}",
        time="activityDate",
        detail={
            "response_id": "join('-', ['marketo', to_string(primaryAttributeValueId), to_string(leadId)])",
            "person_id": "to_string(leadId)",
            "campaign_id": "to_string(primaryAttributeValueId)",
            "responded": "length(attributes[?name == 'Success' && (value == `true` || value == 'true')]) > `0`",
            "member_status": "attributes[?name == 'New Status'] | [0].value",
        },
    ),
)
