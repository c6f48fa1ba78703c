"""The shapes of plots: values hold for their step, gaps stay gaps, equal neighbours cost nothing."""

from kubeyard_web.plots.paths import area, boxes, gaps, line


def test_value_holds_for_its_step() -> None:
    assert line([4, 8, 8, 2], top=8) == "M0 500H1V0H3V750H4"


def test_line_ends_before_a_gap_and_begins_anew_behind_it() -> None:
    assert line([4, None, None, 4, 4], top=8) == "M0 500H1M3 500H5"


def test_area_reaches_the_bottom_on_both_sides_of_a_gap() -> None:
    assert area([4, None, 8], top=8) == "M0 1000V500H1V1000ZM2 1000V0H3V1000Z"


def test_box_is_open_at_the_bottom_and_absent_where_nothing_is() -> None:
    assert boxes([0, 4, 8, 0, None, 0], top=8) == "M1 1000V500H2V0H3V1000"


def test_gaps_are_counted_from_when_collecting_began() -> None:
    values = [None, None, 1, None, None, 1, None]
    assert gaps(values, since=0) == [(0, 2), (3, 2), (6, 1)]
    assert gaps(values, since=2) == [(3, 2), (6, 1)]
    assert gaps([1, 2], since=0) == []


def test_nothing_known_draws_nothing() -> None:
    assert line([None, None], top=8) == area([None, None], top=8) == boxes([], top=8) == ""
