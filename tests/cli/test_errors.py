import click
import pytest

from coalface import errors
from coalface.cli.errors import exit_code, report
from coalface.errors import CoalfaceError

USAGE_ERRORS = {"UsageError", "UnitError", "InvalidAddress", "InvalidReference"}


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_has_an_exit_code(name: str) -> None:
    expected = 2 if name in USAGE_ERRORS else 130 if name == "Cancelled" else 1
    assert exit_code(getattr(errors, name)("m")) == expected


def test_an_error_of_the_library_with_and_without_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(CoalfaceError("it failed", hint="try again")) == 1
    assert report(CoalfaceError("it failed")) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: it failed\n\nhint: try again\nerror: it failed\n"


def test_an_error_of_click_is_written_in_our_form(capsys: pytest.CaptureFixture[str]) -> None:
    context = click.Context(click.Command("tx"), info_name="coalface tx")
    assert report(click.UsageError("Missing argument 'STORE'.", context)) == 2
    assert report(click.ClickException("Could not read.")) == 1
    assert capsys.readouterr().err == (
        "error: missing argument 'STORE'\n\nhint: try `coalface tx --help`\nerror: could not read\n"
    )
