"""A token is a place in one feed, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directives.token import EffectPlace, NotAToken, NoticePlace, Part, Place, Token, parse

IDS = st.integers(0, 2**63 - 1)
TOKENS = st.one_of(
    st.builds(Place, IDS, IDS),
    st.builds(Part, IDS, IDS, IDS, IDS, st.binary(min_size=32, max_size=32)),
    st.builds(NoticePlace, IDS, IDS),
    st.builds(EffectPlace, IDS, IDS, st.dictionaries(IDS, IDS, max_size=8)),
)


@given(TOKENS)
def test_what_was_given_out_is_read_back(token: Token) -> None:
    assert parse(str(token), Place | Part | NoticePlace | EffectPlace) == token


@given(st.text(max_size=60))
def test_text_that_was_never_given_out_is_refused(text: str) -> None:
    with pytest.raises(NotAToken):
        parse(text, Place | Part)


@given(TOKENS, st.data())
def test_a_token_with_one_character_changed_or_gone_is_refused(token: Token, data: st.DataObject) -> None:
    text = str(token)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(["", "A", "z", "_", "é", "\n"]).filter(lambda c: c != text[place]))
    with pytest.raises(NotAToken):
        parse(text[:place] + other + text[place + 1 :], Place | Part | NoticePlace | EffectPlace)


def test_a_token_of_another_feed_is_refused() -> None:
    with pytest.raises(NotAToken):
        parse(str(NoticePlace(1, 7)), Place | Part)
    with pytest.raises(NotAToken):
        parse(str(Place(1, 7)), NoticePlace)
