"""Commands that hand their arguments over: what the options say reaches the work, and what it did is said."""

import argparse
import os
from pathlib import Path
from typing import Any

import pytest
from streamlit.web import cli as streamlit

from defect_app.cli import app, main
from defect_app.cli.inspections import end_moment, moment
from defect_app.cli.terminal import print_table, progress_bar, whole_number

Call = dict[str, Any]


@pytest.fixture
def calls() -> list[Call]:
    """Give a list for what the work was called with."""
    return []


def recorder(calls: list[Call], name: str) -> Any:
    def work(*given: object, progress: Any, **named: object) -> Path:
        progress("training", 1, 2)
        calls.append({"work": name, "given": given, **named})
        return Path("models/made")

    return work


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch, calls: list[Call]) -> None:
    import defect_app.training
    from defect_app.training import quantization

    monkeypatch.setattr(defect_app.training, "train", recorder(calls, "train"))
    monkeypatch.setattr(defect_app.training, "measure", recorder(calls, "measure"))
    monkeypatch.setattr(quantization, "quantize", recorder(calls, "quantize"))


@pytest.mark.usefixtures("training")
def test_training_gets_recipe_seed_and_limits(calls: list[Call], capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--epochs", "3", "--seed", "5", "--out", "there", "--data", "archives", "--model-only"]
    assert main(["train", "casting-cnn", *options]) == 0
    (call,) = calls
    assert (call["work"], call["given"], call["limits"].epochs) == ("train", ("casting-cnn",), 3)
    assert (call["seed"], call["out"], call["data_dir"], call["measure"]) == (5, Path("there"), Path("archives"), None)
    assert capsys.readouterr().err == "The model is in models/made.\n"


@pytest.mark.usefixtures("training")
def test_folds_and_repeats_alone_train_no_model_anew(calls: list[Call]) -> None:
    assert main(["train", "casting-cnn", "--measure-only"]) == 0
    assert [(call["work"], call["limits"].epochs) for call in calls] == [("measure", None)]
    assert main(["train", "casting-cnn", "--measure-only", "--model-only"]) == 2
    assert len(calls) == 1


@pytest.mark.usefixtures("training")
def test_quantising_gets_the_model_and_says_where_the_copy_is(
    calls: list[Call], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quantize", "casting-mobilenetv2", "--out", "there"]) == 0
    assert calls == [{"work": "quantize", "given": ("casting-mobilenetv2",), "data_dir": None, "out": Path("there")}]
    assert capsys.readouterr().err == "The fast copy is in models/made.\n"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Give the arguments that Streamlit is started with, instead of starting it."""
    started: list[list[str]] = []
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(streamlit, "main", lambda arguments, **_: started.append(arguments))
    return started


def test_without_options_the_app_is_served_on_this_machine_alone(
    served: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["app"]) == 0
    ((action, script, *options),) = served
    assert (action, Path(script).name) == ("run", "server.py")
    assert options[:4] == ["--server.address", "localhost", "--server.port", "8501"]
    assert capsys.readouterr().err == "Defect Lens on http://localhost:8501 (Ctrl-C ends it)\n"


@pytest.mark.parametrize(
    ("sign_in", "said"),
    [("auto", "The app is open to the network on 0.0.0.0: people sign in"), ("off", "Warning: everyone who reaches")],
)
def test_who_can_reach_an_open_app_is_said_before_it_is_served(
    sign_in: str,
    said: str,
    served: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DEFECT_APP_SIGN_IN", sign_in)
    assert main(["app", "--host", "0.0.0.0", "--port", "9000"]) == 0
    assert served[0][2:6] == ["--server.address", "0.0.0.0", "--server.port", "9000"]
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(said)
    assert second == "Defect Lens on http://localhost:9000 (Ctrl-C ends it)"


def test_settings_of_sections_become_variables_and_lists_and_truth_values_json() -> None:
    table = {"server": {"maxUploadSize": 25, "enableCORS": True}, "theme": {"dark": {"baseColor": "x"}}}
    assert dict(app.streamlit_environment(table)) == {
        "STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "25",
        "STREAMLIT_SERVER_ENABLE_CORS": "true",
        "STREAMLIT_THEME_DARK_BASE_COLOR": "x",
    }


def test_the_benchmarks_are_of_a_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("defect_app.cli.bench.CHECKOUT", tmp_path)
    assert main(["bench"]) == 2
    said = "The benchmarks are not here. Run the command in a checkout of the project.\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("is_json", [False, True])
def test_the_benchmarks_get_model_and_repetitions_and_are_printed(
    is_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured: list[tuple[object, ...]] = []
    monkeypatch.setattr("benchmarks.suite.run_suite", lambda *given: measured.append(given))
    monkeypatch.setattr("benchmarks.report.report_as_json", lambda _: "json")
    monkeypatch.setattr("benchmarks.report.print_report", lambda _: print("table"))
    assert main(["bench", "--model", "casting-cnn", "--repetitions", "2", *["--json"] * is_json]) == 0
    assert measured == [("casting-cnn", None, 2)]
    assert capsys.readouterr().out == ("json\n" if is_json else "table\n")


def test_a_bar_is_drawn_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("Judging") as advance:
        advance(1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress_bar("Judging") as advance:
        advance(1, 2, "counting")
    drawn = capsys.readouterr().err
    assert "counting" in drawn
    assert "1/2" in drawn


def test_a_table_prints_names_with_brackets_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Models", ("id",), [("[bold]part[/bold]",)])
    assert "[bold]part[/bold]" in capsys.readouterr().out


def test_numbers_and_moments_are_checked_where_they_are_given() -> None:
    assert whole_number(1)("7") == 7
    for wrong in ("0", "1.5", "many"):
        with pytest.raises(argparse.ArgumentTypeError, match=f"a whole number of at least 1, got '{wrong}'"):
            whole_number(1)(wrong)
    assert end_moment("2026-11-26").hour == 23
    assert end_moment("2026-11-26T14:00").hour == 14
    with pytest.raises(argparse.ArgumentTypeError, match="a day or a time such as 2026-11-26"):
        moment("yesterday")
