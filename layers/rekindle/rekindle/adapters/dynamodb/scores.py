"""Scores kept in DynamoDB: one small item a person, since a write is billed whole and scores change most."""

from dataclasses import dataclass

from rekindle.adapters.dynamodb.connection import our_errors
from rekindle.adapters.dynamodb.tables import ScoreItem
from rekindle.domain.ordering import Mark
from rekindle.domain.score import Crossing, Score

UP, NONE = "up", "none"


@dataclass(frozen=True)
class DynamoDBScores:
    def get(self, person_id: str) -> Score | None:
        with our_errors():
            try:
                item = ScoreItem.get(person_id, consistent_read=True)
            except ScoreItem.DoesNotExist:
                return None
        crossing = None
        if item.crossed_mark is not None:
            crossing = Crossing(item.crossed_from, item.crossed_to, Mark.parse(item.crossed_mark))
        return Score(
            item.person_id,
            item.score,
            Mark.parse(item.mark),
            crossing,
            item.crossing == UP,
            int(item.version),
            item.moved_to,
        )

    def put(self, score: Score, read_version: int) -> None:
        crossing = score.last_crossing
        item = ScoreItem(
            score.person_id,
            version=score.version,
            score=score.value,
            mark=str(score.mark),
            crossing=UP if score.crosses else NONE,
            crossed_from=crossing.previous if crossing else None,
            crossed_to=crossing.score if crossing else None,
            crossed_mark=str(crossing.mark) if crossing else None,
            moved_to=score.moved_to,
        )
        with our_errors():
            item.save(ScoreItem.version == read_version if read_version else ScoreItem.person_id.does_not_exist())
