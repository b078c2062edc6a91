"""From any state, after any losses, repeats and reorderings, also across a recovery: whoever follows ends with the hub's digest."""

from contextlib import suppress
from itertools import cycle
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from events.client.follow.directive import Directive, MeasureUntil
from events.client.follow.feed import Diverged, Feed
from events.client.follow.replica import Replica
from events.client.follow.topic import Topic
from events.client.hub import Unreachable
from events.client.publish.kafka import Access
from services.directives.token import Place
from tests.client.hub_in_memory import HubInMemory
from tests.client.test_a_copy_converges import DAY
from tests.services.directives.made import UNTIL, subject

NUMBERS = st.integers(1, 4)
SEQS = st.integers(1, 12)
KINDS = st.sampled_from(["restricts", "restricts", "lifts", "lifts in part"])
WAYS = ("feed", "topic", "webhook")


def held(number: int, seq: int, restricted: bool) -> Directive:
    measures = (MeasureUntil("limit", UNTIL),) if restricted else ()
    return Directive(
        str(subject(number)), seq, "restricted" if restricted else "none", measures=measures, your_accounts=(f"shop-{number}",)
    )


class EveryWay(RuleBasedStateMachine):
    """One hub, and a receiver by each way. Whatever is lost, the last thing that each does is what it does every minute anyway."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = HubInMemory()
        self.replicas = {way: Replica() for way in WAYS}
        self.feeds = {way: Feed(self.hub, copy, limit=2, wait=lambda _: None) for way, copy in self.replicas.items()}  # type: ignore[arg-type]
        self.topic = Topic(Access("", "", ""), self.replicas["topic"], self.feeds["topic"])

    def teardown(self) -> None:
        self.hub.breaks = 0
        for way, feed in self.feeds.items():
            (feed.poll if way == "feed" else feed.reconcile)()
        for way, copy in self.replicas.items():
            assert copy.agrees(self.hub.state.hexadecimal, self.hub.state.listed), way
            for number in range(1, 5):
                who = str(subject(number))
                assert copy.is_restricted(DAY, subject_id=who) == (who in self.hub.truth), f"{way}: {who}"
                assert copy.is_restricted(DAY, account=f"shop-{number}") == (who in self.hub.truth), f"{way}: the account of {who}"
            assert self.feeds[way].prove()
            copy.close()

    @initialize(way=st.sampled_from(WAYS), held_=st.lists(st.tuples(NUMBERS, SEQS, st.booleans()), max_size=4), token=st.integers(0, 30))
    def begin_anywhere(self, way: str, held_: list[tuple[int, int, bool]], token: int) -> None:
        """With a copy of whatever, at whatever place: an old backup's, another epoch's, one that is half somebody else's."""
        place = str(Place(1 + token % 2, token)) if token % 3 else None
        self.replicas[way].apply([held(*one) for one in held_], place)

    @rule(number=NUMBERS, kind=KINDS)
    def issues(self, number: int, kind: str) -> None:
        self.hub.issue(number, kind)

    @rule(way=st.sampled_from(WAYS), breaks=st.integers(0, 2))
    def looks_at_the_feed_over_a_bad_line(self, way: str, breaks: int) -> None:
        feed = self.feeds[way]
        with suppress(Unreachable, Diverged):
            feed._page(None)  # the line may break after any request
            self.hub.breaks = 0
            if breaks:
                self.hub.get = self.breaking(self.hub.get, breaks)  # type: ignore[method-assign]
            (feed.poll if way == "feed" else feed.reconcile)()
        self.hub.__dict__.pop("get", None)

    @staticmethod
    def breaking(get: Any, after: int) -> Any:
        left = iter(range(after))

        def broken(path: str, **asked: Any) -> Any:
            if next(left, None) is None:
                raise Unreachable("the line broke")
            return get(path, **asked)

        return broken

    @rule(number=NUMBERS, places=st.lists(st.integers(0, 9), max_size=4))
    def reads_records_of_the_topic_in_any_order_and_not_all(self, number: int, places: list[int]) -> None:
        said = self.hub.topic.get(subject(number), [])
        if said:
            self.topic.take({"p": [self.hub.record(said[place % len(said)]) for place in places]})

    @rule(number=NUMBERS)
    def reads_the_tombstone_of_who_is_long_free(self, number: int) -> None:
        newest = self.hub.newest().get(subject(number))
        if newest is not None and str(newest.subject_id) not in self.hub.truth:
            self.topic.take({"p": [self.hub.tombstone(newest)]})
            assert not self.replicas["topic"].is_restricted(DAY, subject_id=str(newest.subject_id))

    @rule(number=NUMBERS, places=st.lists(st.integers(0, 9), max_size=4))
    def is_delivered_some_by_webhook_in_any_order(self, number: int, places: list[int]) -> None:
        said = self.hub.topic.get(subject(number), [])
        for place, _ in zip(cycle(places), places, strict=False):
            if said:
                event = self.hub.delivered(said[place % len(said)])
                data = event["data"]
                measures = tuple(MeasureUntil(one["measure"], UNTIL) for one in data["measures"])
                told = Directive(
                    data["subject_id"], data["seq"], data["tier"], measures=measures, your_accounts=tuple(data["your_accounts"])
                )
                self.replicas["webhook"].apply([told], None)

    @rule(way=st.sampled_from(WAYS), number=NUMBERS)
    def acknowledges_and_does_the_opposite(self, way: str, number: int) -> None:
        """A copy that was spoilt at the number it should have. Only a digest shows it."""
        copy = self.replicas[way]
        known = copy.directive(str(subject(number)))
        if known is not None:
            copy.apply([held(number, known.seq + 1, not known.restricts)], copy.token)

    @rule(way=st.sampled_from(WAYS))
    def proves_its_copy(self, way: str) -> None:
        if self.replicas[way].token is not None:
            with suppress(Unreachable, Diverged):
                self.feeds[way].prove_in_time()

    @rule(kept=st.integers(0, 12))
    def is_recovered_from_an_older_copy(self, kept: int) -> None:
        freed = {who for who, fact in self.hub.newest().items() if str(who) not in self.hub.truth}
        self.hub.recover(kept)
        assert not {str(who) for who in freed} & self.hub.truth.keys()


EveryWay.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
TestEveryWay = EveryWay.TestCase
