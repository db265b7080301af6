"""`make bench`: run the named benchmarks, or all of them. Figures go to benchmarks/README.md by hand, with the date."""

import sys

from benchmarks import import_year, linkage, pages, person, search, segment

BENCHMARKS = {"import_year": import_year.run, "segment": segment.run, "person": person.run,
              "pages": pages.run, "linkage": linkage.run, "search": search.run}  # fmt: skip


def main() -> None:
    names = sys.argv[1:] or list(BENCHMARKS)
    for name in names:
        print(f"== {name}")
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
