"""Steps are announced and timed; one that fails says which, why and where to look; all is tidied up."""

import pytest
import requests
from kubeyard_local.tour.itinerary import Itinerary, StepFailedError, UnexpectedError, expect
from kubeyard_local.tour.tidying import Tidying


def test_a_step_is_announced_before_and_timed_after(capsys: pytest.CaptureFixture[str]) -> None:
    itinerary = Itinerary()
    with itinerary.step("look around", "the log"):
        assert "1  look around ..." in capsys.readouterr().out
        itinerary.note("two\nlines\n")
    told = capsys.readouterr().out
    assert told.splitlines()[:2] == ["      │ two", "      │ lines"]
    assert "done in 0." in told


def test_a_failed_step_says_its_number_title_reason_and_where_to_look() -> None:
    itinerary = Itinerary()
    with itinerary.step("first", "-"):
        pass
    with pytest.raises(StepFailedError) as caught, itinerary.step("second", "the gateway's log"):
        expect(False, "the sum is\nwrong")
    assert str(caught.value).splitlines() == [
        "Step 2 failed: second",
        "  why:   the sum is wrong",
        "  where: the gateway's log",
    ]


def test_a_platform_that_is_not_there_is_said_in_plain_words() -> None:
    told = r"127\.0\.0\.1:1/ cannot be reached; start it"
    with pytest.raises(StepFailedError, match=told), Itinerary().step("log in", "-"):
        requests.get("http://127.0.0.1:1/", timeout=2)


def test_a_defect_of_the_tour_itself_is_not_dressed_up() -> None:
    with pytest.raises(KeyError), Itinerary().step("log in", "-"):
        raise KeyError("a defect")


def test_tidying_goes_backwards_and_on_after_a_failure() -> None:
    done: list[str] = []

    def refuse() -> None:
        raise UnexpectedError("the kernel\ndoes not end")

    tidying = Tidying()
    tidying.later("log out", lambda: done.append("log out"))
    tidying.later("end the kernel", refuse)
    tidying.later("close the notebook", lambda: done.append("close the notebook"))
    assert tidying.tidy() == ["end the kernel: the kernel does not end"]
    assert done == ["close the notebook", "log out"]
    assert tidying.tidy() == []
