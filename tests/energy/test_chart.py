"""Charts are files that say the same each time, hold no surprises, and leave no rubble."""

import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from coalface.energy.chart import CHARTS, write_chart
from coalface.energy.result import Result
from coalface.errors import IoFailure, UsageError
from energy.results import EVERY, hostile, no_ceilings, no_fuel, no_prices, one_month, twelve

SVG = "{http://www.w3.org/2000/svg}"


def written(result: Result, path: Path, what: str = "worth") -> bytes:
    write_chart(result, path, what)
    return path.read_bytes()


def strange_references(text: str) -> list[str]:
    """Addresses in a file that are neither of itself nor names of namespaces."""
    found = re.findall(r"""(?:href|src|action|data)\s*=\s*["']([^"'#][^"']*)""", text)
    found += re.findall(r"url\((?!#)[^)]*\)", text) + re.findall(r"@import[^;]*", text)
    return found


@pytest.mark.parametrize("what", CHARTS)
@pytest.mark.parametrize("name", ["twelve", "hostile"])
def test_an_svg_is_well_formed_and_refers_to_nothing(name: str, what: str, tmp_path: Path) -> None:
    text = written(EVERY[name](), tmp_path / "chart.svg", what).decode()
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert root.attrib["viewBox"].startswith("0 0 691.2 ")
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc")
    assert {each.tag for each in root.iter()} <= {
        SVG + tag
        for tag in (
            "svg",
            "title",
            "desc",
            "defs",
            "style",
            "g",
            "path",
            "use",
            "clipPath",
            "rect",
            "pattern",
        )
    }
    assert strange_references(text) == []
    ids = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))
    used = {
        value.removeprefix("#") for each in root.iter() for key, value in each.attrib.items() if "href" in key
    }
    assert used <= set(ids)


@pytest.mark.parametrize(
    ("suffix", "make"),
    [(".svg", hostile), (".png", twelve), (".html", one_month)],
    ids=["svg", "png", "html"],
)
def test_the_same_result_gives_the_same_bytes(
    suffix: str, make: Callable[[], Result], tmp_path: Path
) -> None:
    first, second = (written(make(), tmp_path / f"{name}{suffix}") for name in "ab")
    assert first == second
    for word in (b"matplotlib.org", b"Matplotlib", b"<dc:date", b"tIME", b"Software", b"www.w3.org/Graphics"):
        assert word not in first


def test_another_process_with_another_clock_and_settings_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: none\nsavefig.bbox: tight\n")
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]);"
        "from energy.results import twelve; from coalface.energy.chart import write_chart;"
        "[write_chart(twelve(), Path(sys.argv[2]) / f'other{s}') for s in ('.svg', '.png', '.html')];"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    environment = os.environ | {
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "PYTHONHASHSEED": "77",
        "SOURCE_DATE_EPOCH": "1",
        "TZ": "Asia/Tokyo",
    }
    here = str(Path(sys.modules["energy.results"].__file__ or "").parent.parent)
    subprocess.run(
        [sys.executable, "-W", "error", "-c", program, here, str(tmp_path)], check=True, env=environment
    )
    for suffix in (".svg", ".png", ".html"):
        mine = written(twelve(), tmp_path / f"mine{suffix}")
        other = (tmp_path / f"other{suffix}").read_bytes()
        assert sha256(mine).hexdigest() == sha256(other).hexdigest(), suffix


@pytest.mark.parametrize("what", CHARTS)
def test_a_png_is_as_large_as_its_parts_and_carries_no_texts(what: str, tmp_path: Path) -> None:
    found = written(twelve(), tmp_path / "chart.PNG", what)
    assert found[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", found[16:24])
    assert width == 1440
    assert 700 < height < 1500
    assert b"tEXt" not in found
    assert b"iTXt" not in found


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.ids: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)
        self.ids.extend(value for name, value in attrs if name == "id")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("name", ["hostile", "no_prices", "no_ceilings"])
def test_a_page_runs_nothing_and_loads_nothing(name: str, tmp_path: Path) -> None:
    text = written(EVERY[name](), tmp_path / "page.html").decode()
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "image", "base"} & set(
        page.tags
    )
    assert page.tags.count("svg") == 4
    assert not [each for each, _ in page.attributes if each.startswith("on")]
    assert strange_references(text) == []
    assert len(page.ids) == len(set(page.ids))


def test_a_page_holds_the_answer_the_tables_and_their_sources(tmp_path: Path) -> None:
    text = "\n".join(Page(written(twelve(), tmp_path / "page.html").decode()).texts)
    for words in (
        "1 million tonnes would yield about 50,600 BTC, worth 429 million USD",
        "In 12 of 12 months a tonne mined would have earned more than a tonne sold",
        "Sep 2017",
        "no customs line for machines was found",
        "IPCC 2006 guidelines, table 1.2",
        "old subcritical plants; no source for this country",
        "Satellite pictures show a plant at work",
        "hydropower: 11.78 TWh in 2017 against 2.82 TWh from coal",
        "prices: monthly means",
        "20,000 draws, seed 7",
        "Prices of bitcoin are monthly means",
        "coal-equivalent, if coal-fired",
    ):
        assert words in text


def test_assumed_inputs_are_marked(tmp_path: Path) -> None:
    text = written(twelve(), tmp_path / "page.html").decode()
    assert text.count('<tr class="assumed">') == 4


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    for suffix in (".svg", ".html"):
        text = written(hostile(), tmp_path / f"chart{suffix}").decode()
        assert "<script" not in text
        assert "&lt;script&gt;" in text or suffix == ".svg"
        for character in ("\u202e", "\x07", "\x1b", "\ud800"):
            assert character not in text
    page = (tmp_path / "chart.html").read_text("utf-8")
    assert "\\u202egnp.exe\\x07\\x1b[31m \\ud800 北京" in page


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (one_month, "In Dec 2017 a tonne mined would have earned more than a tonne sold"),
        (no_prices, "A tonne mined would have earned 0.135 to 0.3 BTC, depending on the month"),
        (no_fuel, "A megawatt-hour mined would have earned 121 to 744 USD, depending on the month"),
    ],
)
def test_titles_answer(make: Callable[[], Result], title: str, tmp_path: Path) -> None:
    root = ET.fromstring(written(make(), tmp_path / "chart.svg"))
    assert root.findtext(f"{SVG}title") == title


def test_without_ceilings_the_chart_says_so(tmp_path: Path) -> None:
    root = ET.fromstring(written(no_ceilings(), tmp_path / "chart.svg", "ceilings"))
    assert root.findtext(f"{SVG}title") == "No limit has data, so it cannot be said what was possible"


def test_the_callers_settings_stay_as_they_were(tmp_path: Path) -> None:
    import matplotlib as mpl

    before = mpl.rcParams.copy()
    with mpl.rc_context({"font.size": 31.0}):
        write_chart(one_month(), tmp_path / "chart.svg")
        assert mpl.rcParams["font.size"] == 31
    assert mpl.rcParams.copy() == before


@pytest.mark.parametrize("name", ["chart.pdf", "chart", "chart.svg.gz", ".svg"])
def test_another_suffix_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.svg, \.png, \.html") as caught:
        write_chart(twelve(), tmp_path / name)
    assert caught.value.code == "usage_chart_suffix"
    assert list(tmp_path.iterdir()) == []


def test_another_chart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="worth, outcome, ceilings, tornado") as caught:
        write_chart(twelve(), tmp_path / "chart.svg", "pie")
    assert caught.value.code == "usage_chart_name"


def test_without_matplotlib_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in sys.modules if each.startswith(("matplotlib", "coalface.energy.chart."))]:
        if name != "coalface.energy.chart.write":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError) as caught:
        write_chart(twelve(), tmp_path / "chart.svg")
    assert caught.value.code == "usage_charts"
    assert caught.value.hint == "pip install 'coalface[charts]'"


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(IoFailure, match="cannot write the chart") as caught:
        write_chart(one_month(), tmp_path / "missing" / "chart.svg")
    assert caught.value.code == "io_chart"
    folder = tmp_path / "chart.svg"
    folder.mkdir()
    with pytest.raises(IoFailure):
        write_chart(one_month(), folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_an_old_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "chart.svg"
    path.write_text("old " * 1_000_000)
    content = written(one_month(), path)
    assert content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<svg ')
    assert [each.name for each in tmp_path.iterdir()] == ["chart.svg"]
