# make suggest [SITE=path]   the main job on the example site, or on another
# make test [JOBS=1]         every test, in so many processes; in one a core, and at most four, without JOBS
# make units [JOBS=1]        the quick tests alone: no real site, browser, generator or load
# make coverage              the quick tests, and which lines and branches of the package they reach
# make lint                  format, lint, types, layers
# make check [JOBS=1]        these and every test: what must pass before a commit
# make docs                  the documentation as a site, in build/docs
# make torture               kills, forged models, hostile files, load and change, at length: half an hour
# make fuzz [RUNS=1000000]    each reader of files in turn, so many inputs, by atheris
# make lowest [JOBS=1]       the core's tests with the lowest versions that pyproject.toml allows, in some two minutes
# make audit                 asks pip-audit for known faults of what is installed
# make lock                  writes requirements-dev.txt, the versions of everything that is installed for the tests
# make golden                writes the golden files that are missing; delete one to have it made anew
# make notebooks             runs the notebooks anew, and keeps what they show
# make generators            installs site generators from npm and PyPI, for the tests that build with them
# make clean                 removes what these made

PYTHON ?= python3
SITE ?= examples/newsroom
VENV := .venv
# What is formatted by machine; the examples in pages are laid out for their readers.
CODE := recommender tests benchmarks
# A virtualenv that happens to be active, or settings of the person's own, must not leak into ours. Where no bytecode is
# written each process compiles all libraries anew, for seconds: uv, unlike pip, does not do so when it installs.
RUN := env -u PYTHONPATH -u PYTHONHOME -u VIRTUAL_ENV -u PYTHONDONTWRITEBYTECODE
BIN := $(VENV)/bin
# It installs in seconds what takes pip a minute, and makes the environment of the lowest versions. A mirror that pip is
# told of is its mirror too, and whom the system trusts it trusts.
UV := $(BIN)/uv
export UV_DEFAULT_INDEX := $(or $(UV_DEFAULT_INDEX),$(PIP_INDEX_URL),$(shell $(PYTHON) -m pip config get global.index-url 2> /dev/null))
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/*),true,false)
INSTALL := $(RUN) $(UV) pip install --quiet --python $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help suggest test units coverage lint check docs torture fuzz lowest audit lock golden notebooks generators clean

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

suggest: $(VENV)/installed
	@$(RUN) $(BIN)/recommender suggest "$(SITE)"

# A process takes up to 2 GB. Each has one thread, for the processes take the cores already.
JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n < 4 ? n : 4)))
SPREAD = -n $(JOBS) --dist loadgroup
PYTEST = $(RUN) OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(SPREAD)
UNITS := -m "not slow and not site and not browser and not generator"

test: $(VENV)/installed-for-tests
	@$(PYTEST)

units: $(VENV)/installed-for-tests
	@$(PYTEST) $(UNITS)

coverage: $(VENV)/installed-for-tests
	@$(PYTEST) --quiet $(UNITS) --cov --cov-report=term:skip-covered

lint: $(VENV)/installed-for-tests
	@$(RUN) $(BIN)/ruff format --check --quiet $(CODE) || { echo "cure: $(BIN)/ruff format $(CODE)"; exit 1; }
	@$(RUN) $(BIN)/ruff check --quiet .
	@$(RUN) $(BIN)/mypy --no-error-summary
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(RUN) $(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }

check: lint test

docs: $(VENV)/installed-for-tests
	@NO_MKDOCS_2_WARNING=1 $(RUN) $(BIN)/mkdocs build --strict

torture: $(VENV)/installed-for-tests
	@$(RUN) RECOMMENDER_TORTURE=1 $(BIN)/python -m pytest --quiet tests/torture tests/writing tests/test_yaml.py tests/test_bounds.py
	@for what in "kills 2000" "edits 5000" "forged 2000"; do $(RUN) $(BIN)/python tests/torture_models.py $$what || exit 1; done

RUNS ?= 1000000
TARGETS := front_matter_is_read block_is_spliced address_has_one_form date_is_read entries_are_read settings_are_read decisions_are_read model_is_loaded
fuzz: $(VENV)/installed-for-tests
	@$(INSTALL) atheris
	@for target in $(TARGETS); do PYTHONPATH=. $(BIN)/python tests/torture/fuzz.py $$target $(RUNS) || exit 1; done

# An environment of its own, beside the one of the newest versions; and for each library tests that ask much of it.
LOWEST := $(VENV)/lowest
# scikit-learn, scipy, sparse-dot-topn, PyStemmer, ftfy, wordfreq, wordllama, stop-words; then lightgbm
OF_LIBRARIES := tests/text tests/vectors tests/ranking/test_trees.py tests/ranking/test_state.py
# dateparser; defusedxml and narwhals; idna; PyYAML; ir-measures
OF_LIBRARIES += tests/content/test_dates.py tests/content/test_exports.py tests/content/test_urls.py tests/test_yaml.py
OF_LIBRARIES += tests/evaluation/test_measures.py
# safetensors and numpy; click, rich, joblib and platformdirs; Jinja2
OF_LIBRARIES += tests/test_model_store.py tests/test_model.py tests/test_cli.py tests/report/test_changes.py
lowest: $(VENV)/installed
	@$(UV) pip compile --quiet pyproject.toml --group test --resolution lowest-direct --output-file $(VENV)/lowest.txt
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python $(LOWEST)
	@$(UV) pip sync --quiet --python $(LOWEST)/bin/python $(VENV)/lowest.txt
	@$(UV) pip install --quiet --python $(LOWEST)/bin/python --no-deps --editable .
	@$(RUN) OMP_NUM_THREADS=1 $(LOWEST)/bin/python -m pytest --quiet $(SPREAD) $(UNITS) $(OF_LIBRARIES)

audit: $(VENV)/installed-for-tests
	@$(INSTALL) pip-audit
	@$(BIN)/python -m pip freeze --exclude-editable > $(VENV)/audit.txt
	@$(BIN)/python -m pip_audit --strict --no-deps --disable-pip --requirement $(VENV)/audit.txt 2> $(VENV)/audit.log || { \
	  grep '^ERROR\|Error: ' $(VENV)/audit.log | tail -n 1; \
	  ! grep -q 'could not be audited\|ConnectionError' $(VENV)/audit.log \
	  || echo "nothing is known of these versions: the advisories cannot be reached, or an index answers in their place"; exit 1; }

lock: $(VENV)/installed
	@$(UV) pip compile --quiet --no-header pyproject.toml --group test --group lint --output-file requirements-dev.txt

golden: $(VENV)/installed-for-tests
	@$(RUN) RECOMMENDER_WRITE_GOLDEN=1 $(BIN)/python -m pytest --quiet tests/test_batch.py tests/test_docs.py -k 'page or whole_batch'

notebooks: $(VENV)/installed-for-tests
	@$(RUN) RECOMMENDER_WRITE_GOLDEN=1 $(BIN)/python -m pytest --quiet tests/test_notebooks.py

# A folder each, so that none sees another's packages.
define npm
	mkdir -p .generators/$(1) && cd .generators/$(1) && echo '{"private": true, "type": "module"}' > package.json \
	  && npm install --no-audit --no-fund --silent $(2)
endef

generators:
	$(call npm,eleventy,@11ty/eleventy@3)
	$(call npm,astro,astro@5)
	$(call npm,hexo,hexo@7 hexo-renderer-marked hexo-renderer-ejs)
	$(call npm,vitepress,vitepress@1)
	$(call npm,metalsmith,metalsmith @metalsmith/markdown @metalsmith/permalinks)
	$(call npm,docusaurus,@docusaurus/core@3 @docusaurus/preset-classic@3 react@18 react-dom@18)
	$(PYTHON) -m venv .generators/py && .generators/py/bin/pip --quiet install mkdocs-material 'pelican[markdown]'

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis examples/newsroom/_data
	find recommender tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# Anew only when what is to be installed has changed; the package itself is read from this folder.
$(VENV)/installed: pyproject.toml
	@$(RUN) $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "recommender needs Python 3.11 or newer: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(RUN) $(PYTHON) -m venv $(VENV)
	@$(RUN) $(BIN)/python -m pip --disable-pip-version-check --quiet install uv
	@$(INSTALL) --editable .
	@touch $@
	@echo "recommender is installed in $(VENV)"

$(VENV)/installed-for-tests: $(VENV)/installed
	@$(INSTALL) --group test --group lint --group docs
	@touch $@
	@echo "what the tests need is installed in $(VENV)"
