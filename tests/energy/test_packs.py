"""Data packs: what ships, the user's own, and files that are none."""

import time
from pathlib import Path

import pytest

from coalface.energy.country import load_country
from coalface.energy.distribution import Choice, Fixed, Triangular
from coalface.energy.pack import list_packs, load_fuel, load_site
from coalface.energy.pack_file import MAX_PACK_BYTES
from coalface.energy.parameter import Parameter, Standing
from coalface.errors import CoalfaceError, FactsError, UnitError

HEAD = 'format = 1\ntitle = "x"\n'
LOSS = '[parameters.grid_loss]\nvalue = 0\nunit = "1"\nstanding = "assumed"\nsource = "s"\n'


def own(folder: Path, text: str) -> Path:
    file = folder / "own.toml"
    file.write_text(text, "utf-8")
    return file


def everything() -> list[Parameter]:
    """Every parameter of every shipped pack."""
    found: list[Parameter] = list(load_site().parameters.values())
    for name in ("coal", "flare_gas", "grid", "hydro"):
        fuel = load_fuel(name)
        found += fuel.supply.values()
        for variant in (*fuel.kinds.values(), *fuel.plants.values()):
            found += variant.parameters.values()
    kp = load_country("kp")
    for named in (kp.capacity, kp.capacity_factor, kp.exports, kp.unsold, kp.price):
        found += named.values()
    for years in kp.generation.values():
        found += years.values()
    found += [plant.power for plant in kp.plants]
    for limit in kp.limits.values():
        found += limit.figures.values()
    return found


def test_every_pack_that_ships_can_be_read() -> None:
    assert [(pack.kind, pack.name) for pack in list_packs()] == [
        ("country", "kp"),
        ("fuel", "coal"),
        ("fuel", "flare_gas"),
        ("fuel", "grid"),
        ("fuel", "hydro"),
        ("site", "site"),
    ]
    parameters = everything()
    assert len(parameters) > 40
    assert all(len(each.source) > 10 for each in parameters)
    assert {each.standing for each in parameters} == {Standing.SOURCED, Standing.ASSUMED}


def test_what_was_recalled_is_not_called_sourced() -> None:
    for each in everything():
        if any(word in each.source for word in ("recalled", "a prior", "is a guess")):
            assert each.standing is Standing.ASSUMED, each


def test_coal() -> None:
    coal = load_fuel("coal")
    inputs = coal.parameters()
    assert inputs["heating_value"].distribution == Triangular(18, 24, 28)
    assert inputs["plant_efficiency"].distribution == Triangular(0.20, 0.28, 0.34)
    assert coal.parameters("lignite")["co2_factor"].distribution == Fixed(101_000)
    assert [(each.a, each.b) for each in coal.correlations] == [
        ("plant_efficiency", "own_use"),
        ("heating_value", "co2_factor"),
    ]
    assert {"plant_efficiency", "own_use"} <= set(inputs)
    with pytest.raises(FactsError, match="no kind 'peat'") as caught:
        coal.parameters("peat")
    assert "lignite" in (caught.value.hint or "")
    assert set(load_fuel("hydro").parameters()) == {"grid_loss", "co2_intensity"}
    with pytest.raises(FactsError) as caught:
        load_fuel("hydro").parameters(kind="rain")
    assert caught.value.hint == "it has no kinds"


def test_units_are_converted() -> None:
    gas = load_fuel("flare_gas")
    assert gas.fuel_unit == "m3"
    assert gas.parameters()["heating_value"].distribution == Triangular(0.034, 0.040, 0.055)
    assert load_country("kp").capacity["total"].distribution == Fixed(6970)
    assert isinstance(load_site().parameters["machine_efficiency"].distribution, Choice)


def test_country() -> None:
    kp = load_country("kp")
    assert kp.generation["coal"][2017].distribution == Fixed(2.82e6)
    assert kp.generation["hydro"][2017].distribution == Fixed(11.78e6)
    assert kp.exports["reference"].distribution == Fixed(22.49e6)
    assert kp.limits["machines"].figures == {}
    assert kp.limits["machines"].why_unavailable
    assert set(kp.limits["plant"].figures) == {"power", "capacity_factor", "share"}
    assert [event.date for event in kp.events][-1] == "2017-09-05"
    assert [rival.name for rival in kp.rivals] == ["hydro"]


def test_own_packs(tmp_path: Path) -> None:
    file = own(tmp_path, HEAD + LOSS)
    assert load_fuel(file).name == "own"
    assert load_fuel(str(file)) == load_fuel(file)
    file = own(
        tmp_path,
        HEAD + 'fuel = "coal"\n[[events]]\ndate = "2020-05"\ntext = "t"\nsource = "s"\n'
        '[generation.coal.2020]\nvalue = 5\nunit = "GWh"\nstanding = "given"\nsource = "s"\n',
    )
    country = load_country(file)
    assert [str(event.first_day) for event in country.events] == ["2020-05-01"]
    assert country.generation["coal"][2020].distribution == Fixed(5000)
    assert country.limits == {}


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "facts_pack", "`format`"),
        ("format = 2", "facts_pack", "`format`: 2 is not"),
        ("format = true", "facts_pack", "`format`: True"),
        ("format = ", "facts_toml", "no TOML"),
        ("format = 1", "facts_pack", "`title`: nothing is no text"),
        (HEAD, "facts_pack", "`grid_loss` is missing"),
        (HEAD + "more = 1\n" + LOSS, "facts_pack", "`more`: unknown key"),
        (HEAD + LOSS + "more = 1\n", "facts_pack", "`parameters.grid_loss.more`: unknown key"),
        (
            HEAD + LOSS.replace("grid_loss", "grid_los"),
            "facts_pack",
            "`parameters.grid_los`: unknown; allowed",
        ),
        (HEAD + LOSS.replace("value = 0", "value = 1.5"), "unit_range", "`parameters.grid_loss.value`"),
        (HEAD + LOSS.replace("value = 0", "value = -1"), "unit_negative", "`parameters.grid_loss.value`"),
        (HEAD + LOSS.replace("value = 0", "value = nan"), "facts_pack", "nan is no number"),
        (HEAD + LOSS.replace("value = 0", "value = inf"), "facts_pack", "inf is no number"),
        (HEAD + LOSS.replace("value = 0", "value = true"), "facts_pack", "True is no number"),
        (HEAD + LOSS.replace("value = 0", "value = '0'"), "facts_pack", "'0' is no number"),
        (HEAD + LOSS.replace("value = 0", f"value = {'9' * 500}"), "facts_pack", "a very large number"),
        (HEAD + LOSS.replace("value = 0", "value = 2017-01-01"), "facts_pack", "is no number"),
        (HEAD + LOSS.replace("value = 0", "low = 0\nmode = 0.5\nhigh = 0.2"), "facts_pack", "they must rise"),
        (HEAD + LOSS.replace("value = 0", "low = 0\nmode = 0.5"), "facts_pack", "grid_loss.high`: nothing"),
        (HEAD + LOSS.replace("value = 0", "values = [0, 0]\nweights = [1, 1]"), "facts_pack", "must rise"),
        (HEAD + LOSS.replace("value = 0", "values = [0]\nweights = [-1]"), "facts_pack", "above 0"),
        (HEAD + LOSS.replace("value = 0", "values = [0]\nweights = ['a']"), "facts_pack", "above 0"),
        (HEAD + LOSS.replace("value = 0", "values = []\nweights = []"), "facts_pack", "1 to 100"),
        (HEAD + LOSS.replace('unit = "1"', 'unit = "t"'), "unit_mismatch", "grid_loss.value"),
        (HEAD + LOSS.replace('unit = "1"', ""), "facts_pack", "grid_loss.unit`"),
        (HEAD + LOSS.replace("assumed", "certain"), "facts_pack", "sourced, assumed, given"),
        (HEAD + LOSS.replace('source = "s"', ""), "facts_pack", "grid_loss.source`"),
        (HEAD + LOSS.replace('"s"', '"a\\u001bb"'), "facts_pack", "one line"),
        (HEAD + 'fuel_unit = "t"\n' + LOSS, "facts_pack", "`default_kind`"),
        (HEAD + 'fuel_unit = "barrel"\n' + LOSS, "facts_pack", "allowed are t, m3"),
        (HEAD + "kinds = 3\n" + LOSS, "facts_pack", "`kinds`: 3 is no table"),
        (HEAD + LOSS + '[kinds.a]\ntitle = "a"\n', "facts_pack", "`kinds.a.heating_value`: missing"),
        (HEAD + LOSS + '[[correlation]]\na = "x"\nb = "y"\n', "facts_pack", "`correlation[0].a`"),
        (
            HEAD + LOSS + '[[correlation]]\na = "pue"\nb = "uptime"\nrank = 2\n',
            "facts_pack",
            "between -1 and 1",
        ),
        (HEAD + LOSS + '[kinds."\\u202e"]\n', "facts_pack", "a name of up to 60"),
        (HEAD + "rivals = [1]\n" + LOSS, "facts_pack", "`rivals.0`"),
    ],
)
def test_files_that_are_no_fuel(tmp_path: Path, text: str, code: str, says: str) -> None:
    file = own(tmp_path, text)
    with pytest.raises((FactsError, UnitError)) as caught:
        load_fuel(file)
    assert caught.value.code == code
    assert str(file) in caught.value.message
    assert says in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 290 + "]" * 290,
        "x = " + "[\n" * 9_000,
        "x = " + "{a=" * 190,
        "".join(f"[a.b{n}]\n" for n in range(9_999)),
        ("a." * 290 + "b = 1\n") * 260,
        "".join("a." * 285 + f"b{n} = 1\n" for n in range(200)),
        "[" + ".".join("a" * 290) + "]\n" + "".join(f"b{n}=1\n" for n in range(9_900)),
        "x = 1\n" * 2,
        "\n" * 20_000,
        "x" * MAX_PACK_BYTES,
        "x" * (MAX_PACK_BYTES + 1),
        "format = 1\ntitle = 'x'\n" + "".join(f"[parameters.a{n}]\n" for n in range(9_000)),
        "format = 1\ntitle = 'x'\n" + "".join(f"[kinds.a{n}]\n" for n in range(9_000)),
        "format = " + "9" * 590,
        "\x00",
    ],
    ids=range(15),
)
def test_hostile_files_fail_quickly(tmp_path: Path, text: str) -> None:
    file = own(tmp_path, text)
    for load in (load_fuel, load_country, load_site):
        started = time.perf_counter()
        with pytest.raises(CoalfaceError) as caught:
            load(file)
        assert time.perf_counter() - started < 5
        assert len(caught.value.message) < 1000


@pytest.mark.parametrize("name", ["peat", "../countries/kp", "", "COAL", "a" * 10_000, "coal\0"])
def test_unknown_names_are_refused(name: str) -> None:
    with pytest.raises(CoalfaceError) as caught:
        load_fuel(name)
    assert len(caught.value.message) < 1000
    if "/" not in name:
        assert caught.value.code == "facts_pack_unknown"
        assert "coal, flare_gas, grid, hydro" in (caught.value.hint or "")


def test_limits_say_what_they_lack(tmp_path: Path) -> None:
    head = HEAD + 'fuel = "coal"\n[limits.plant]\nsays = "s"\n'
    figure = '[limits.plant.figures.share]\nvalue = 1\nunit = "1"\nstanding = "given"\nsource = "s"\n'
    with pytest.raises(FactsError, match="`power` is missing"):
        load_country(own(tmp_path, head))
    with pytest.raises(FactsError, match="a limit with figures is available"):
        load_country(own(tmp_path, head + 'unavailable = "no"\n' + figure))
    with pytest.raises(FactsError, match="no limit is called 'moon'"):
        load_country(own(tmp_path, head.replace("plant", "moon")))
