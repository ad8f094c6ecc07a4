"""Scores kept in DynamoDB: one small item a person, since a write is billed whole and scores change most."""

import json
from dataclasses import dataclass

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import ScoreItem, compact
from rekindle.adapters.dynamodb.writes import Image
from rekindle.application.ports import Page
from rekindle.domain.core import times
from rekindle.domain.people.score import Crossing, Rise, Score
from rekindle.domain.records.stamps import ChangeStamp

UP, NONE = "up", "none"


@dataclass(frozen=True)
class DynamoDBScores:
    def get(self, person_id: str) -> Score | None:
        with our_errors():
            try:
                item = ScoreItem.get(person_id, consistent_read=True)
            except ScoreItem.DoesNotExist:
                return None
        return score_in(item)

    def page(self, limit: int, start: str | None = None) -> Page[Score]:
        after = {"person_id": {"S": start}} if start is not None else None
        with our_errors():
            items = ScoreItem.scan(limit=limit, page_size=limit, last_evaluated_key=after, consistent_read=True)
            scores = [score_in(item) for item in items]
        last = items.last_evaluated_key
        return Page(scores, last["person_id"]["S"] if last else None)

    def put(self, score: Score, read_version: int) -> None:
        condition = ScoreItem.version == read_version if read_version else ScoreItem.person_id.does_not_exist()
        with our_errors():
            _item(score).save(condition)


def score_image(score: Score) -> Image:
    return _item(score).serialize()


def _item(score: Score) -> ScoreItem:
    crossing = score.last_crossing
    return ScoreItem(
        score.person_id,
        version=score.version,
        score=score.value,
        mark=str(score.stamp),
        crossing=UP if score.crosses else NONE,
        crossed_from=crossing.previous if crossing else None,
        crossed_to=crossing.score if crossing else None,
        crossed_mark=str(crossing.stamp) if crossing else None,
        moved_to=score.moved_to,
        rises=_written(score.rises) if score.rises else None,
    )


def score_in(item: ScoreItem) -> Score:
    crossing = None
    if item.crossed_mark is not None:
        crossing = Crossing(item.crossed_from, item.crossed_to, ChangeStamp.parse(item.crossed_mark))
    return Score(
        item.person_id,
        item.score,
        ChangeStamp.parse(item.mark),
        crossing,
        item.crossing == UP,
        int(item.version),
        item.moved_to,
        tuple(Rise(times.of_millis(at), floor, score) for at, floor, score in json.loads(item.rises or "[]")),
    )


def _written(rises: tuple[Rise, ...]) -> str:
    return compact([(times.millis(rise.at), rise.floor, rise.score) for rise in rises])
