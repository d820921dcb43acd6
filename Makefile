# Fixed names: run, test, lint, bench. Everything else is for developers' convenience.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

.PHONY: run test lint bench matrix sabotage sabotage-new format migrations clean

$(VENV)/.run: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(BIN)/python -r requirements.txt; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt; fi
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(BIN)/python -r requirements-dev.txt; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt; fi
	@touch $@ $(VENV)/.run

run: $(VENV)/.run
	@$(BIN)/python manage.py serve

test: $(VENV)/.dev
	env -u TEST_DATABASE_URL $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
	@if [ -n "$$TEST_DATABASE_URL" ]; then $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup; \
	else echo "PostgreSQL: skipped, TEST_DATABASE_URL is not set"; fi

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djade --target-version 5.2 --check $$(git ls-files 'templates/*.html')
	$(BIN)/python manage.py check --settings=tuanjian.settings_test
	$(BIN)/python manage.py makemigrations --check --dry-run --settings=tuanjian.settings_test

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html') || true

# All of them, whatever one says. 3: only goals are missed that are known to be; anything else fails.
bench: $(VENV)/.dev
	@worst=0; for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script --json $(BENCH_FLAGS); code=$$?; \
	if [ $$code -ne 0 ] && [ $$worst -ne 1 ]; then worst=$$code; fi; done; exit $$worst

# Everybody at every position; the suite asks at six of ten.
matrix: $(VENV)/.dev
	TUANJIAN_WHOLE_MATRIX=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup reports/tests/test_matrix.py

# Takes every guard of rights away in turn: a test has to fail. sabotage-new: only guards not tried before.
sabotage: $(VENV)/.dev
	$(BIN)/python -m sabotage

sabotage-new: $(VENV)/.dev
	$(BIN)/python -m sabotage --new

migrations: $(VENV)/.dev
	$(BIN)/python manage.py makemigrations --settings=tuanjian.settings_test

clean:
	rm -rf $(VENV) var
