"""Settings: the order of their sources, their origins, and clear refusals."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from omniloom.core.errors import Misconfigured
from omniloom.core.settings import Loader, setting


@dataclass(frozen=True, slots=True)
class ShopSettings:
    name: str = setting("shop", "what it is called")
    rows_max: int = setting(10, "rows of one call")
    ratio: float = setting(0.5, "a share")
    is_open: bool = setting(False, "whether it is open")
    hosts: list[str] = setting(["a"], "where it is")
    key: str | None = setting(None, "a key", secret=True)


def load(
    text: str, environ: dict[str, str] | None = None, flags: dict[str, object] | None = None, *, folder: Path
) -> tuple[ShopSettings, Loader]:
    file = folder / "omniloom.toml"
    file.write_text(text)
    loader = Loader(file, environ or {}, flags)
    return loader.load("shop", ShopSettings), loader


def test_later_sources_win_and_each_value_tells_its_origin(tmp_path: Path) -> None:
    settings, loader = load(
        '[shop]\nname = "file"\nrows_max = 20\nratio = 0.25\n',
        {"OMNILOOM_SHOP__ROWS_MAX": "30", "OMNILOOM_SHOP__NAME": "env", "HOME": "elsewhere"},
        {"shop.name": "flag"},
        folder=tmp_path,
    )
    loader.finish()
    assert settings == ShopSettings(name="flag", rows_max=30, ratio=0.25)
    assert {value.field: value.origin for value in loader.values} == {
        "name": "flag",
        "rows_max": "environment OMNILOOM_SHOP__ROWS_MAX",
        "ratio": "omniloom.toml",
        "is_open": "default",
        "hosts": "default",
        "key": "default",
    }
    assert [value.field for value in loader.values if value.secret] == ["key"]


def test_without_any_source_the_defaults_hold(tmp_path: Path) -> None:
    loader = Loader(tmp_path / "none.toml", {})
    assert loader.load("shop", ShopSettings) == ShopSettings()
    loader.finish()


def test_texts_of_the_environment_are_read_as_the_fields_type(tmp_path: Path) -> None:
    settings, _ = load(
        "",
        {"OMNILOOM_SHOP__IS_OPEN": "yes", "OMNILOOM_SHOP__HOSTS": "a, b,,", "OMNILOOM_SHOP__KEY": "k",
         "OMNILOOM_SHOP__RATIO": "1"},
        folder=tmp_path,
    )  # fmt: skip
    assert settings == ShopSettings(is_open=True, hosts=["a", "b"], key="k", ratio=1.0)


@pytest.mark.parametrize(
    ("text", "environ", "named"),
    [
        ("[shop]\nnmae = 1\n", {}, r"unknown setting shop\.nmae in omniloom\.toml"),
        ("[shpo]\nname = 'x'\n", {}, r"unknown setting shpo\.name"),
        ("", {"OMNILOOM_SHOP__NMAE": "x"}, r"unknown setting shop\.nmae in environment OMNILOOM_SHOP__NMAE"),
        ("[shop]\nrows_max = 'many'\n", {}, r"shop\.rows_max \(omniloom\.toml\) should be int, not 'many'"),
        ("[shop]\nrows_max = true\n", {}, r"shop\.rows_max .*should be int"),
        ("[shop]\nrows_max = 2.5\n", {}, r"shop\.rows_max .*should be int"),
        ("[shop]\nname = ['x']\n", {}, r"shop\.name .*should be str"),
        ("", {"OMNILOOM_SHOP__IS_OPEN": "perhaps"}, r"shop\.is_open .*should be bool"),
        ("[shop\n", {}, "not valid TOML"),
        ("shop = 1\n", {}, "outside a table"),
    ],
)
def test_a_wrong_source_is_refused_by_name(text: str, environ: dict[str, str], named: str, tmp_path: Path) -> None:
    def read() -> None:
        _, loader = load(text, environ, folder=tmp_path)
        loader.finish()

    with pytest.raises(Misconfigured, match=named):
        read()
