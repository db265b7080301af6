"""`omniloom identity match` on files as they come: delimiters, encodings, ids, and mistakes named with their fix."""

import csv
import gzip

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner

from omniloom.cli.main import app
from omniloom.core.errors import Invalid, OmniloomError

PEOPLE = [
    ("Иванов", "Иван", "1980-01-02", "ivanov@example.com", "Москва"),
    ("Иванов", "Ваня", "02.01.1980", "ivanov@example.com", "г. Москва"),
    ("Петрова", "Мария", "1975-05-06", "petrova@example.com", "Казань"),
    ("Petrova", "Maria", "1975-05-06", "petrova@example.com", "Kazan"),
    ("Сидоров", "Пётр", "1990-07-08", "sidorov@example.com", "Пермь"),
    ("Кузнецов", "Олег", "1966-11-12", "kuznetsov@example.com", "Омск"),
]
HEADER = ("код клиента", "Фамилия", "Имя", "Дата рождения", "E-mail", "Город")


def rows():
    return [(f"00{n}", *person) for n, person in enumerate(PEOPLE)]


def written(path, delimiter=",", encoding="utf-8"):
    text = "\r\n".join(delimiter.join(row) for row in [HEADER, *rows()]) + "\r\n"
    path.write_bytes(text.encode(encoding))
    return path


def run(*arguments):
    found = CliRunner().invoke(app, ["identity", "match", *map(str, arguments)])
    if isinstance(found.exception, OmniloomError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found


def pairs(path):
    with path.open(encoding="utf-8", newline="") as file:
        read = list(csv.reader(file))
    assert read[0] == ["left", "right", "probability"]
    assert all(0 <= float(row[2]) <= 1 for row in read[1:])
    return {(row[0], row[1]) for row in read[1:]}


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1251"), ("\t", "utf-8-sig"), ("|", "utf-16")]
)
def test_a_file_is_read_whatever_its_delimiter_and_encoding(tmp_path, delimiter, encoding):
    run(written(tmp_path / "in.csv", delimiter, encoding), "--id", "код клиента", "--output", tmp_path / "out.csv")
    assert pairs(tmp_path / "out.csv") == {("000", "001"), ("002", "003")}


def test_a_gzipped_file_and_parquet_with_whole_numbers_for_ids(tmp_path):
    plain = written(tmp_path / "in.csv").read_bytes()
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(plain))
    run(tmp_path / "in.csv.gz", "--id", "код клиента", "--output", tmp_path / "out.csv")
    assert pairs(tmp_path / "out.csv") == {("000", "001"), ("002", "003")}
    columns = dict(zip(HEADER, zip(*rows(), strict=True), strict=True)) | {"код клиента": list(range(6))}
    parquet.write_table(pa.table({name: list(values) for name, values in columns.items()}), tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", "--id", "код клиента", "--output", tmp_path / "out.csv")
    assert pairs(tmp_path / "out.csv") == {("0", "1"), ("2", "3")}


def test_two_files_are_linked(tmp_path):
    for name, picked in (("a.csv", (0, 2, 4)), ("b.csv", (1, 3, 5))):
        (tmp_path / name).write_text("\n".join(",".join(r) for r in [HEADER, *(rows()[n] for n in picked)]))
    run(tmp_path / "a.csv", tmp_path / "b.csv", "--id", "код клиента", "--output", tmp_path / "out.csv")
    assert pairs(tmp_path / "out.csv") == {("000", "001"), ("002", "003")}


OTHERWISE = {
    "en": ("key", "last name", "first name", "birth date", "mail", "town"),
    "no": ("k", "a", "b", "c", "d", "e"),
}
MAP = "a: surname\nb: given_name\nc: birth_date\nd: email\ne: city\nФамилия: surname\n"


@pytest.mark.parametrize("headings", ["en", "no"])
def test_two_files_are_linked_by_what_their_columns_mean(tmp_path, headings):
    for name, picked, header in (("a.csv", (0, 2, 4), HEADER), ("b.csv", (5, 3, 1), OTHERWISE[headings])):
        (tmp_path / name).write_text("\n".join(",".join(r) for r in [header, *(rows()[n] for n in picked)]))
    (tmp_path / "map.yaml").write_text(MAP if headings == "no" else "last name: surname\n")
    run(tmp_path / "a.csv", tmp_path / "b.csv", "--id", HEADER[0], "--id2", OTHERWISE[headings][0],
        "--columns", tmp_path / "map.yaml", "--output", tmp_path / "out.csv")  # fmt: skip
    assert pairs(tmp_path / "out.csv") == {("000", "001"), ("002", "003")}


@pytest.mark.parametrize("is_first_whole", [True, False])
def test_a_whole_name_is_compared_with_one_in_parts(tmp_path, is_first_whole):
    whole = [("id", "ФИО", "Дата рождения"), *((n, f"{one[0]} {one[1]}", one[2]) for n, *one in rows()[::2])]
    parted = [("id", "surname", "name", "birthday"), *((n, one[0], one[1], one[2]) for n, *one in rows()[1::2])]
    for name, table in (("whole.csv", whole), ("parted.csv", parted)):
        (tmp_path / name).write_text("\n".join(",".join(row) for row in table))
    files = [tmp_path / "whole.csv", tmp_path / "parted.csv"]
    run(*(files if is_first_whole else files[::-1]), "--id", "id", "--output", tmp_path / "out.csv", "--threshold", 0.5)
    found = {("000", "001"), ("002", "003")}
    assert pairs(tmp_path / "out.csv") == (found if is_first_whole else {pair[::-1] for pair in found})


def test_where_nothing_is_likely_enough_the_likeliest_is_told(tmp_path):
    (tmp_path / "in.csv").write_text("id,name,city\n1,Ann Bell,Omsk\n2,Ann Bell,Tver\n3,Oleg Kim,Perm\n4,Ian Fox,Ufa\n")
    told = run(tmp_path / "in.csv", "--id", "id", "--threshold", 1.0, "--output", tmp_path / "out.csv").stdout
    assert "No pair is likely enough" in told
    assert "--threshold" in told


@pytest.mark.parametrize(("more", "says", "hint"), [
    (("--id2", "k"), "no column of the two tables", "--columns"), ((), "no column 'код клиента'", "--id2"),
    (("--id2", "k", "--columns", "map.yaml"), "'nowhere' that neither", "columns are"),
])  # fmt: skip
def test_two_files_that_cannot_be_laid_together_are_refused(tmp_path, more, says, hint):
    (tmp_path / "map.yaml").write_text("nowhere: surname\n")
    (tmp_path / "b.csv").write_text("k,height\n1,180\n2,170\n")
    given = [tmp_path / each if each == "map.yaml" else each for each in more]
    with pytest.raises(Invalid, match=says) as error:
        run(written(tmp_path / "a.csv"), tmp_path / "b.csv", "--id", HEADER[0], *given, "--output", tmp_path / "o.csv")
    assert hint in str(error.value.hint)


def test_an_empty_table_has_no_pairs(tmp_path):
    (tmp_path / "empty.csv").write_text("id,name\n")
    run(tmp_path / "empty.csv", "--id", "id", "--output", tmp_path / "out.csv")
    assert pairs(tmp_path / "out.csv") == set()


@pytest.mark.parametrize(("name", "content"), [("in.csv", b""), ("in.csv", b"\xef\xbb\xbf \r\n\n"),
                                                ("in.csv", b"\xef\xbb\xbf"), ("in.csv", b"\xff\xfe"),
                                                ("in.csv.gz", gzip.compress(b"", mtime=0))])  # fmt: skip
def test_an_empty_file_is_refused_by_its_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    filled = written(tmp_path / "filled.csv")
    for files in ((tmp_path / name,), (filled, tmp_path / name)):
        with pytest.raises(Invalid, match=f"{name} is empty"):
            run(*files, "--id", "код клиента", "--output", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_one_pair_is_not_told_as_many(tmp_path):
    out = ("--id", "код клиента", "--output", tmp_path / "out.csv")
    assert "2 pairs from" in run(written(tmp_path / "in.csv"), *out).stdout
    (tmp_path / "in.csv").write_text("\n".join(",".join(row) for row in [HEADER, *rows()[:2], *rows()[4:]]))
    assert "1 pair from" in run(tmp_path / "in.csv", *out).stdout


def test_a_map_says_what_columns_mean(tmp_path):
    text = "\n".join(",".join(row) for row in [("k", "a", "b", "c", "d", "e"), *rows()])
    (tmp_path / "in.csv").write_text(text)
    (tmp_path / "map.yaml").write_text("columns: {a: surname, b: given_name, c: birth_date, d: email, e: city}\n")
    run(tmp_path / "in.csv", "--id", "k", "--columns", tmp_path / "map.yaml", "--output", tmp_path / "out.csv")
    assert pairs(tmp_path / "out.csv") == {("000", "001"), ("002", "003")}


@pytest.mark.parametrize(("arguments", "says"), [
    (("--id", "nope"), "no column 'nope'"),
    (("--id", "Город2", "--columns", "map"), "no column 'Город2'"),
    (("--id", "код клиента", "--columns", "map"), "'nowhere'"),
    (("--id", "код клиента", "--columns", "missing.yaml"), "cannot read"),
])  # fmt: skip
def test_a_mistake_is_named_with_its_fix(tmp_path, arguments, says):
    (tmp_path / "map.yaml").write_text("nowhere: surname\n")
    given = [tmp_path / "map.yaml" if a == "map" else a for a in arguments]
    with pytest.raises(OmniloomError, match=says) as error:
        run(written(tmp_path / "in.csv"), *given, "--output", tmp_path / "out.csv")
    assert error.value.hint


@pytest.mark.parametrize(("content", "says"), [(b"id,a\n1,x\n1,y\n", "repeats"), (b"id,a\n,x\n1,y\n", "empty"),
                                               (b"id,id\n1,2\n", "one name"), (b"\nid,a\n1,x\n", "first line is empty"),
                                               (b"PAR1 not parquet", "not a table")])  # fmt: skip
def test_a_file_that_is_no_table_or_has_no_ids_is_refused(tmp_path, content, says):
    (tmp_path / "in.csv").write_bytes(content)
    with pytest.raises(OmniloomError, match=says):
        run(tmp_path / "in.csv", "--id", "id", "--output", tmp_path / "out.csv")
