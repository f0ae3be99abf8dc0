"""The daily counts and the rate: SVG, numbers and plotly's description say the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import made_site
import pandas as pd
import pytest
from plotly import graph_objects

from generator import render
from generator.figures.daily import daily
from generator.figures.figure import Figure
from generator.figures.rate import rate

SVG = "{http://www.w3.org/2000/svg}"


def tree(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(
        str(figure.svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    )


def rects(figure: Figure, kind: str) -> list[float]:
    """Heights of the rectangles of a class or pattern."""
    found = [r for r in tree(figure).iter(f"{SVG}rect") if kind in (r.get("class"), r.get("fill"))]
    return [float(r.get("height", "")) for r in found]


def empty() -> pd.DataFrame:
    return made_site.days().iloc[:0]


def no_data(n: int = 28) -> pd.DataFrame:
    return made_site.days(n, gap=tuple(range(n)))


MAKERS: list[Callable[[pd.DataFrame], Figure]] = [
    lambda days: daily(days, "f", "Failed builds"),
    lambda days: rate(days, "f", "Rate", coverage=days),
]
FRAMES = [empty(), no_data(), no_data(1), made_site.days(1, gap=()), made_site.days(), made_site.days(70)]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{len(frame)}-{frame.has_data.sum()}")
@pytest.mark.parametrize("make", MAKERS, ids=["daily", "rate"])
def test_whatever_the_data(make: Callable[[pd.DataFrame], Figure], frame: pd.DataFrame) -> None:
    figure = make(frame)
    root = tree(figure)
    assert root.get("role") == "img"
    ids = [e.get("id", "") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    assert all(i.startswith("f-") for i in ids)
    assert root.get("aria-labelledby", "").split() == ids[-2:] if ids[0] == "f-svg" else ids[:2]
    assert "style=" not in figure.svg
    assert "nan" not in figure.svg.lower().replace("nano", "")
    assert len(figure.table.rows) == len(frame)
    assert {len(row.cells) for row in figure.table.rows} <= {len(figure.table.columns)}
    assert (figure.plotly is None) == (not frame.has_data.any())
    if figure.plotly is not None:
        # plotly's own validator refuses unknown names and values
        graph_objects.Figure({k: figure.plotly[k] for k in ("data", "layout")})
        assert json.loads(render.json_block(figure.plotly)) == figure.plotly
        assert "gl" not in {trace["type"][-2:] for trace in figure.plotly["data"]}


def test_bars_stand_for_counts() -> None:
    frame = made_site.days()
    figure = daily(frame, "f", "Failed builds")
    seen = frame[frame.has_data]
    heights = rects(figure, "c1")
    scale = [(h + 1) / n for h, n in zip(heights, seen.classified, strict=True)]
    assert max(scale) - min(scale) < 0.01 * max(scale)
    assert len(rects(figure, "url(#p2)")) == len(seen)
    unread = seen.failed - seen.classified - seen.unclassified
    assert len(rects(figure, "c4")) == (unread > 0).sum()


def test_plotly_has_the_same_counts() -> None:
    frame = made_site.days()
    traces = {t["name"]: t for t in daily(frame, "f", "t").plotly["data"]}  # type: ignore[index]
    assert [y or 0 for y in traces["classified"]["y"]] == frame.classified.tolist()
    assert [y or 0 for y in traces["infra"]["y"]] == frame.infra.tolist()
    assert [bool(y) for y in traces["no data"]["y"]] == (~frame.has_data).tolist()


def test_no_data_is_said_and_never_zero() -> None:
    figure = daily(made_site.days(), "f", "Failed builds")
    assert "no data" in figure.svg
    assert figure.table.rows[-15].cells[:2] == ["Sat 7 Nov", "no data"]
    assert "0" not in figure.table.rows[-15].cells[1:]
    assert [key.text for key in figure.legend][-1] == "No data"
    assert "No data in 2 of 28 days" in figure.description


def test_without_gaps_nothing_is_said_of_them() -> None:
    figure = daily(made_site.days(gap=()), "f", "Failed builds")
    assert "no data" not in figure.svg
    assert "No data" not in {key.text for key in figure.legend}


def test_coverage_is_hatched_where_that_of_the_failed_builds_is_under_the_threshold() -> None:
    enough = daily(made_site.days(gap=()), "f", "t", threshold=0.4)
    little = daily(made_site.days(gap=()), "f", "t", threshold=0.7)
    assert (len(rects(enough, "cov")), len(rects(enough, "trk"))) == (28, 0)
    assert (len(rects(little, "cov")), len(rects(little, "trk"))) == (27, 1)


def test_hours() -> None:
    frame = made_site.days(24, gap=(3,)).rename(columns={"day": "hour"})
    frame["hour"] = pd.date_range("2026-11-20", periods=24, freq="h", tz="UTC")
    figure = daily(frame, "f", "Failed builds", by="hour")
    assert figure.table.columns[0].label == "Hour"
    assert "Fri 20 Nov, 00:00: 10 failed of 200" in figure.svg
    assert "06:00" in figure.svg


def lines(figure: Figure) -> list[str]:
    return [p.get("d", "") for p in tree(figure).iter(f"{SVG}path") if p.get("class") == "ln"]


def test_a_line_never_crosses_a_gap() -> None:
    figure = rate(made_site.days(gap=(0, 14, 15, 27)), "f", "Rate")
    assert [len(d.split()) // 2 for d in lines(figure)] == [13, 11]
    trace = next(t for t in figure.plotly["data"] if t.get("name") == "rate")  # type: ignore[index]
    assert trace["connectgaps"] is False
    assert trace["y"][14] is None


def test_a_lone_day_has_a_band() -> None:
    figure = rate(made_site.days(3, gap=(0, 2)), "f", "Rate")
    band = next(p.get("d", "") for p in tree(figure).iter(f"{SVG}path") if p.get("class") == "bd")
    assert band.startswith("M1.2 ")


def test_a_rate_withheld_is_no_missing_day() -> None:
    frame = made_site.days(gap=())
    frame.loc[5, ["rate", "low", "high"]] = None
    figure = rate(frame, "f", "Rate")
    assert "no rate" in figure.svg
    assert "no data" not in figure.svg
    cells: list[Any] = list(figure.table.rows[28 - 1 - 5].cells)
    assert cells[1:4] == ["–", "15 of 190", ""]


def test_few_builds_are_only_counted() -> None:
    frame = made_site.days(gap=())
    frame.loc[27, ["k", "n", "rate", "low", "high"]] = [2, 8, 0.25, 0.07, 0.6]
    row = rate(frame, "f", "Rate").table.rows[0]
    assert row.cells[1:4] == ["–", "2 of 8", ""]


def test_names_are_escaped() -> None:
    figure = daily(made_site.days(), "f", made_site.HOSTILE.replace("\x1b", "").replace("\x00", ""))
    assert "<script" not in figure.svg
    assert tree(figure).findtext(f"{SVG}title", "").startswith("</pre></script><script>")


def test_without_hits_the_scale_holds_the_whole_interval() -> None:
    days = made_site.days(gap=())
    figure = rate(days.assign(k=0, rate=0.0, low=0.0, high=0.28), "f", "Rate", coverage=days)
    assert figure.plotly is not None
    assert max(figure.plotly["layout"]["yaxis"]["range"]) >= 0.28
