"""`omniloom recognise`: links, QR codes, tokens and codes by which customers show who they are."""

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from omniloom.cli.client import connect
from omniloom.cli.files import write_file
from omniloom.cli.output import DEFAULT_DATA_DIR, AsJson, DataDir, console, print_json, print_table
from omniloom.cli.who import Who, person_id
from omniloom.core.errors import Invalid

app = typer.Typer(no_args_is_help=True)
Output = Annotated[Path | None, typer.Option("--output", help="Write the picture: a file ending in .svg or .png.")]


@app.command(epilog="Example: `omniloom recognise ways`")
def ways(data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List the ways, and which are on."""
    with connect(data_dir, may_create=True) as client:
        found = client.get("/recognition/ways")["ways"]
    if as_json:
        print_json(found)
        return
    rows = [(one["way"], one["title"], one["settings"]["is_on"], (one["settings"]["benefit"] or {}).get("name", ""))
            for one in found]  # fmt: skip
    print_table("Ways", ("way", "title", "on", "benefit"), rows)


@app.command(
    name="set", epilog='Example: `omniloom recognise set code --benefit ten --text-en "10 % off" --coupon TEN`'
)
def set_(
    way: Annotated[str, typer.Argument(help="One of `omniloom recognise ways`.")],
    is_on: Annotated[bool, typer.Option("--on/--off", help="Whether customers may use it.")] = True,
    benefit: Annotated[str, typer.Option(help="The key of what they get, once; left out: nothing.")] = "",
    text_en: Annotated[str, typer.Option(help="What they read of it in English.")] = "",
    text_ru: Annotated[str, typer.Option(help="The same in Russian.")] = "",
    coupon: Annotated[str, typer.Option(help="A code that is shown with it.")] = "",
    bot_url: Annotated[str, typer.Option(help="Of the bot: https://t.me/shop_bot?start={token}.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Switch a way on or off, with its benefit."""
    body: dict[str, Any] = {"is_on": is_on, "bot_url": bot_url}
    if benefit:
        body["benefit"] = {"name": benefit, "text_en": text_en, "text_ru": text_ru, "coupon": coupon}
    with connect(data_dir, may_create=True) as client:
        kept = client.put(f"/recognition/ways/{way}", body)["settings"]
    if as_json:
        print_json(kept)
    else:
        console.print(f"{way} is {'on' if kept['is_on'] else 'off'}")


@app.command(epilog="Example: `omniloom recognise place Arbat --output window.svg`")
def place(
    name: Annotated[str, typer.Argument(help="A short name of the shop, shelf or poster.")],
    output: Output = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Make the QR code of a place."""
    with connect(data_dir, may_create=True) as client:
        _give(client.post("/recognition/places", {"place": name}), output, as_json=as_json)


@app.command(epilog="Example: `omniloom recognise token bot hh-1`")
def token(
    way: Annotated[str, typer.Argument(help="bot or qr.")],
    who: Who,
    minutes: Annotated[int | None, typer.Option(help="How long it counts; else as the way says.")] = None,
    output: Output = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Make a link or QR code of one person, good once."""
    with connect(data_dir) as client:
        body = {"way": way, "person_id": person_id(client, who), "minutes": minutes}
        made = client.post("/recognition/tokens", body)
    _give({**made["token"], **{key: made[key] for key in ("svg", "png") if key in made}}, output, as_json=as_json)


@app.command(epilog="Example: `omniloom recognise card 4006381333931 --place Arbat`")
def card(
    number: Annotated[str, typer.Argument(help="What stands under the bars.")],
    place: Annotated[str, typer.Option(help="Where it was read.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Recognise the holder of a card, as a till does."""
    with connect(data_dir) as client:
        seen = client.post("/recognition/cards", {"card": number, "place": place})["seen"]
    if as_json:
        print_json(seen)
        return
    console.print(f"person {seen['person_id']}" if seen["person_id"] else "nobody is known by this card yet")


def _give(made: dict[str, Any], output: Path | None, *, as_json: bool) -> None:
    """Write the picture and say where it leads. Errors: Invalid for a file of another kind."""
    if output is not None:
        if output.suffix not in (".svg", ".png") or output.suffix[1:] not in made:
            raise Invalid(f"{output} is no picture we draw", hint="end it in .svg or .png", field="output")
        drawn = made[output.suffix[1:]]
        write_file(output, drawn if output.suffix == ".svg" else base64.b64decode(drawn))
    if as_json:
        print_json({key: value for key, value in made.items() if key not in ("svg", "png")})
    else:
        console.print(made.get("url") or made["token"], markup=False, soft_wrap=True)
