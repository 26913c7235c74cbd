"""Which random numbers a scene draws, and how a wish for a defect is resolved."""

import pytest

from defect_app.errors import DefectLensError
from defect_app.scenes.scene import Stream, choose_defect, random_stream

KINDS = ("crack", "dent", "hole")


def test_streams_of_one_seed_differ_and_repeat() -> None:
    first = {stream: random_stream(5, stream).random() for stream in Stream}
    assert len(set(first.values())) == len(Stream)
    assert first == {stream: random_stream(5, stream).random() for stream in Stream}


def test_a_named_defect_is_taken_whatever_the_seed() -> None:
    assert {choose_defect(seed, "dent", KINDS) for seed in range(20)} == {"dent"}


def test_false_is_always_a_good_part() -> None:
    assert {choose_defect(seed, False, KINDS) for seed in range(20)} == {None}


def test_true_draws_every_kind_and_never_a_good_part() -> None:
    assert {choose_defect(seed, True, KINDS) for seed in range(60)} == set(KINDS)


@pytest.mark.parametrize("share_good", [0.5, 1 / 3])
def test_none_gives_good_parts_in_the_wanted_share(share_good: float) -> None:
    good = sum(choose_defect(seed, None, KINDS, share_good) is None for seed in range(2000))
    assert good / 2000 == pytest.approx(share_good, abs=0.04)


def test_none_and_true_agree_on_the_kind() -> None:
    for seed in range(50):
        drawn = choose_defect(seed, None, KINDS)
        assert drawn in (None, choose_defect(seed, True, KINDS))


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DefectLensError, match="'rust': expected one of crack, dent, hole"):
        choose_defect(1, "rust", KINDS)
