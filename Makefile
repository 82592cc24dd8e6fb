# Musubi: `make run` serves it, `make test` checks it. Everything else is listed by `make help`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run test bench fmt install install-dev test-tools pdf-tools

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
FLASK := $(BIN)/flask --app wsgi
TORCH := $(shell sed -n 's/^torch==//p' requirements.txt)
APT := $(shell [ "$$(id -u)" = 0 ] || echo sudo) env DEBIAN_FRONTEND=noninteractive apt-get
ASKING_NOTHING := $(subst sudo env,sudo -n env,$(APT))

help: ## Say what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: install pdf-tools ## Install, migrate, load the demonstration once, and serve on http://127.0.0.1:8000 (HOST, PORT)
	@$(FLASK) prepare
	exec $(FLASK) serve

install: $(VENV)/.installed ## Create .venv with the pinned libraries

install-dev: $(VENV)/.installed-dev ## … and with what the tests need

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Musubi needs Python 3.11: $(PYTHON) is not installed here." \
	  "On Debian 12: apt-get install python3.11 python3.11-venv. Another one: make PYTHON=python3.12 …" >&2; exit 1; }
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then
	  package="python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
	  echo "Python's venv module is missing; installing $$package"
	  $(APT) update -q && $(APT) install -y -q "$$package"
	fi
	$(PYTHON) -m venv $(VENV)

# torch first and alone: for Linux the registry's plain build brings several GB of CUDA, which nothing here uses.
$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Looking for the CPU build of torch $(TORCH) …"
	if $(PIP) install -q "torch==$(TORCH)+cpu" 2>/dev/null; then
	  echo "… installed."
	else
	  echo "… not in the configured package indexes; installing torch $(TORCH) as it is there (on Linux several GB" \
	    "with CUDA). To avoid that, name an index with CPU builds in PIP_EXTRA_INDEX_URL: see README."
	  $(PIP) install "torch==$(TORCH)"
	fi
	echo "Installing the other libraries …"
	$(PIP) install -q -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests need …"
	$(PIP) install -q -r requirements-dev.txt
	touch $@

# Without these everything works but PDF files: pages then say how to print. So nothing here stops the site.
pdf-tools: ## Install what lays out PDF files, and their Japanese font, from Debian packages where they are missing
	@need=()
	for library in libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0; do
	  $(PYTHON) -c "import ctypes; ctypes.CDLL('$$library')" 2>/dev/null && continue
	  case $$library in
	    libpango-*) need+=(libpango-1.0-0) ;;
	    libpangoft2-*) need+=(libpangoft2-1.0-0) ;;
	    *) need+=(libharfbuzz-subset0) ;;
	  esac
	done
	[ -n "$$(fc-list ':family=Noto Serif CJK JP' 2>/dev/null)" ] || need+=(fontconfig fonts-noto-cjk)
	[ $${#need[@]} -gt 0 ] || exit 0
	echo "Installing for PDF files: $${need[*]}"
	{ $(ASKING_NOTHING) update -q && $(ASKING_NOTHING) install -y -q --no-install-recommends "$${need[@]}"; } || \
	  echo "… not possible here. Musubi works without PDF files until: sudo apt-get install $${need[*]}" >&2

test-tools: pdf-tools ## Install Chromium and PostgreSQL from Debian packages where they are missing
	@need=()
	[ -x /usr/bin/chromium ] || need+=(chromium)
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need+=(postgresql)
	[ $${#need[@]} -gt 0 ] || exit 0
	echo "Installing for the tests: $${need[*]}"
	$(APT) update -q && $(APT) install -y -q --no-install-recommends "$${need[@]}"

test: install-dev test-tools ## Check everything: style, types, imports, and all tests with encoder, browser and PostgreSQL
	@export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1
	failed=0 summary=""
	step() {
	  local name=$$1 begin=$$SECONDS verdict=passed; shift
	  echo "── $$name: $$*"
	  "$$@" || { verdict=FAILED; failed=1; }
	  summary+=$$(printf '%-12s %-7s %5d s' "$$name" "$$verdict" $$((SECONDS - begin)))$$'\n'
	}
	step encoder $(BIN)/python -m embeddings.convert --data-dir "$${DATA_DIR:-var}"
	step style $(BIN)/ruff check .
	step format $(BIN)/ruff format --check .
	step types $(BIN)/mypy
	step imports $(BIN)/lint-imports
	step tests $(BIN)/pytest -n 2 --dist loadfile --durations 10
	mkdir -p var && printf '%s' "$$summary" | tee var/test-summary.txt
	exit $$failed

bench: install-dev ## Measure speed and memory, as ratios within one run
	@$(BIN)/python -m tests.bench

fmt: install-dev ## Put code into its standard form
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
