# The commands of the project. `make run` and `make test` work on a bare machine with Python 3.11 or newer;
# nothing here uses the network when the locks have not changed.
PY ?= python3
UV := 0.13.9
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where bytecode is not kept, each process compiles 800 modules anew: two seconds a start, and a run starts many.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-tests run test check demo bench chaos lock
.DEFAULT_GOAL := help

help:
	@echo "make run      everything on this machine: database, broker, simulator, web, worker, sender"
	@echo "make test     all tests; ARGS='tests/consent -k stop' for some"
	@echo "make setup    only the virtual environment; then .venv/bin/python manage.py works"
	@echo "make check    lint, format, types, migrations, deployment settings"
	@echo "make demo     the main job without a screen; FILE=contacts.csv for your own list"
	@echo "make bench    the figures, as ratios to a reference in the same run"
	@echo "make chaos    the promises under injected faults"
	@echo "make lock     requirements.lock and tests/requirements.lock from the short lists"

# A virtual environment that has pip. Debian's python3 without python3-venv leaves a half of one behind.
define environment
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    || { echo "error: Python 3.11 or newer is needed; name one with PY=, as in: make PY=python3.12 run"; exit 1; }; \
	  rm -rf .venv; \
	  $(PY) -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; uv venv -q --seed --python $(PY) .venv 2>/dev/null; } \
	    || { rm -rf .venv; $(PY) -m virtualenv -q .venv 2>/dev/null; } \
	    || { rm -rf .venv; echo "error: $(PY) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }; \
	fi
endef

# $(1) the lock, $(2) its copy which says what is installed. uv takes seconds; pip does the same in a minute.
define install
	@if ! cmp -s $(1) .venv/$(2); then \
	  echo "installing $(1)"; \
	  { { $(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install -q uv==$(UV); } \
	    && $(BIN)/python -m uv pip install -q --python $(BIN)/python --require-hashes -r $(1); } \
	  || { echo "without uv: pip takes a minute"; $(BIN)/python -m pip install -q --require-hashes -r $(1); } \
	  || { echo "error: the packages of $(1) could not be installed; the reason is above"; exit 1; }; \
	  $(BIN)/python -c 'import os, pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "smscrm.pth").write_text(os.getcwd() + "\n")'; \
	  cp $(1) .venv/$(2); \
	fi
endef

setup:
	$(call environment)
	$(call install,requirements.lock,.lock)

setup-tests: setup
	$(call install,tests/requirements.lock,.lock-tests)

run: setup
	@exec $(BIN)/python manage.py up --die-with-parent $(ARGS)

# A worker for each of two cores: a third is quicker by a minute, and starves tests that race against the clock.
test: setup-tests
	@exec $(BIN)/python -m pytest $(or $(ARGS),-n 2 --dist loadfile --no-loadscope-reorder)

check: setup-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	DATABASE_URL=postgres://smscrm_app@/run/postgresql/smscrm BROKER_URL=redis://127.0.0.1:6379/0 \
	  SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	  CREDENTIAL_KEYS=$$($(BIN)/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())') \
	  PEPPER=only-for-this-check-only-for-this-check DEBUG=0 DEMO=0 SIMULATOR_URL= \
	  PUBLIC_URL=https://sms.example.org ALLOWED_HOSTS=sms.example.org EMAIL_URL=smtp://mail.example.org \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

demo: setup
	@exec $(BIN)/python manage.py demo $(if $(FILE),"$(FILE)") $(ARGS)

bench: setup-tests
	@exec $(BIN)/python -m bench $(ARGS)

chaos: setup-tests
	@exec $(BIN)/python -m bench.chaos $(ARGS)

lock: setup
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements.txt -o requirements.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate tests/requirements.txt -o tests/requirements.lock
