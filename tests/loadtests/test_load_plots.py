"""What is drawn, as far as it decides whether a reader sees it."""

import pytest

from customhouse_loadtests.fold import Fold, Window
from customhouse_loadtests.report.plots import LEAST, windows
from customhouse_loadtests.report.run import Meta, Run
from customhouse_loadtests.settings import Settings


def test_a_few_429s_among_thousands_of_calls_can_be_seen() -> None:
    meta = Meta(Settings(), 0, 0.0, 10.0, 166.7, {})
    fold = Fold(windows={1: Window(6668, 6668, 26), 2: Window(6668, 6000, 0), 3: Window(6668, 5000, 1668)})
    figure = windows([Run(meta, fold)])
    assert figure is not None
    (axes,) = figure.axes
    answered, refused = axes.containers
    assert [bar.get_height() for bar in answered] == [6668, 6000, 5000]
    assert [bar.get_height() for bar in refused] == pytest.approx([LEAST * 6694, 0, 1668])
    allowed = axes.collections[0]
    assert all(bar.get_zorder() > allowed.get_zorder() for bar in refused)
