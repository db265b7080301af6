# Everything a developer, a build machine or a curious visitor runs. `make help` lists it.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CODE := src tests benchmarks
TRACKER := src/omniloom/api/static/omniloom.min.js
SDKS := .venv-sdks/.installed
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo "sudo -n")

# Where the environment forbids it, each start compiles every module anew: seconds, and the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install sdks system demo serve test check bench soak schema screenshots lock changelog clean

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(STAMP) $(TRACKER) ## make .venv with the locked versions (quick when nothing changed)

$(STAMP): pyproject.toml requirements.lock
	@$(MAKE) --no-print-directory system
	@[ -x $(BIN)/python ] || python3 -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# The web tracker. Where npm is missing or reaches nothing, the server sends the same modules joined but not shortened.
$(TRACKER): tracker/package-lock.json tracker/build.mjs $(wildcard tracker/src/*.js) | $(STAMP)
	@bash tracker/build || { rm -f $@; echo "omniloom.js is served unminified until npm can install its lock" >&2; }

# Released SDKs of other trackers, in places of their own. Where npm or its registry is missing, their test is skipped.
sdks: $(SDKS) ## the released SDKs of other trackers, for the test that sends with them

$(SDKS): tests/sdks/package-lock.json tests/sdks/requirements.txt | $(STAMP)
	@bash tests/sdks/install && touch $@ || echo "the test of released SDKs is skipped: they did not install" >&2

system:
	@SUDO="$(SUDO)" bash .ci/system

demo: install ## import a year of a real grocer, run a campaign, print the summary, serve the UI
	$(BIN)/omniloom demo

serve: install ## serve the API and the UI on this machine
	$(BIN)/omniloom serve

test: install sdks ## all tests in three processes, for some wait; then the rooms' again, on the engines of scale
	$(BIN)/python -m pytest -n 3
	$(BIN)/python -m pytest -n 3 --engines scaled tests/rooms

check: install ## format, lint, types, import contracts
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## the year's import, the main queries and the intake, timed
	$(BIN)/python -m benchmarks
	$(BIN)/omniloom bench intake

soak: install ## the long tests, on both sets of engines; then every property, five times as hard
	$(BIN)/python -m pytest -m soak --timeout 3600
	$(BIN)/python -m pytest -m soak --timeout 3600 --engines scaled tests/rooms
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -n 2 --timeout 3600

schema: install ## write migrations/schema.*.sql from the migrations
	$(BIN)/python -c "from omniloom.store.schema import write_schemas; write_schemas()"

screenshots: install ## the README's two pictures, from the demo
	$(BIN)/python -m benchmarks.screenshots

lock: ## write requirements.lock from pyproject.toml (versions and hashes, no addresses)
	$(BIN)/python -m uv pip compile pyproject.toml --all-extras --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --output-file requirements.lock

changelog: ## fold changes/ into CHANGELOG.md (needs the tool towncrier)
	$(BIN)/python -m towncrier build --yes

clean: ## remove the environment and caches
	rm -rf $(VENV) .venv-sdks tests/sdks/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
