# Every command of the project. "make" alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV   := .venv/bin
CLOUD  := .cloud/bin
PYTEST  = $(VENV)/python -m pytest $(PYTEST_ARGS)
# Starts one DynamoDB Local for all processes of a run.
WITH_DYNAMODB ?= $(VENV)/python -m tests.support.dynamodb_local

# Programs of the virtual environment come first: "sam build" takes the Python and pip it finds.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

# Everything but "make deploy" runs with dummy credentials and without the user's AWS profile, so
# that a mistake in an address cannot reach a real account.
ifneq ($(filter deploy,$(MAKECMDGOALS)),)
ifneq ($(words $(MAKECMDGOALS)),1)
$(error "make deploy" uses your AWS credentials and therefore runs alone)
endif
else
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_ACCESS_KEY_ID := test
export AWS_SECRET_ACCESS_KEY := test
export AWS_DEFAULT_REGION := eu-central-1
export AWS_REGION := eu-central-1
export AWS_EC2_METADATA_DISABLED := true
unexport AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_ENDPOINT_URL
unexport AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE
unexport AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI
# Functions run on this machine here, so their layer is built for it. Lambda's own kind needs no word.
ifneq ($(shell uname -sm),Linux x86_64)
export LAYER_PLATFORM := host
endif
endif

.PHONY: help setup run olist test check unit contract integration architecture e2e browser screenshots \
        mutants bench bench-simulate bench-batches bench-due damaged-files ceilings clicks costs lint format types floors describe validate build lock vendor lock-check deploy invoke clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ---- environments ---------------------------------------------------------------------------

setup: ## Prepare everything (needs Python 3.13 and make)
	@test -e .venv/.ready -a -e .cloud/.ready || { $(find_python); }
	@$(MAKE) --no-print-directory --silent -j2 .venv/.ready .cloud/.ready
	@echo "Ready. Next: make run, or make test."

# Finds a Python 3.13 that can make virtual environments. PYTHON=/path/to/python comes first.
# Out of a virtual environment, which may be the one about to be made anew, it takes the base.
is_python := import ensurepip, sys, venv; \
  sys.version_info[:2] == (3, 13) or sys.exit(1); \
  print(sys._base_executable)
define find_python
python=""; \
for candidate in $${PYTHON:-} python3.13 python3 python; do \
  python="$$("$$candidate" -c "$(is_python)" 2>/dev/null)" && break; \
done; \
if [ -z "$$python" ]; then \
  echo "Rekindle needs Python 3.13 with its venv module, and none was found: install it, or name it with PYTHON=/path/to/python3.13." >&2; \
  exit 1; \
fi
endef

# pip, and nothing faster, because it alone follows the machine's settings for mirrors, proxies
# and certificates. The locks name every package with the hashes of its files.
define install
$(find_python); \
echo "Preparing $(1) with $$("$$python" --version) (about half a minute)"; \
rm -rf $(1); \
"$$python" -m venv $(1); \
$(1)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r $(2)
endef

.venv/.packages: requirements/dev.lock
	@$(call install,.venv,requirements/dev.lock)
	@touch $@

.venv/.ready: .venv/.packages pyproject.toml
	@$(VENV)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.cloud/.ready: requirements/cloud.lock
	@$(call install,.cloud,requirements/cloud.lock)
	@touch $@

.bench/.ready: requirements/bench.lock
	@$(call install,.bench,requirements/bench.lock)
	@touch $@

.browser/.ready: requirements/browser.lock
	@$(call install,.browser,requirements/browser.lock)
	@touch $@

.mutants/.ready: requirements/mutants.lock
	@$(call install,.mutants,requirements/mutants.lock)
	@touch $@

# ---- running --------------------------------------------------------------------------------

run: .venv/.ready .cloud/.ready ## Start the local cloud with the whole product (HISTORY=, SETTINGS=, ONCE=1, ALL=1)
	@$(VENV)/python -m tests.local_cloud.run

export HISTORY SETTINGS ONCE ALL

olist: .venv/.ready ## Credit the wins of a real marketing funnel, for three look-backs (DATA=)
	@$(VENV)/python -m tests.olist.table $(if $(DATA),--data "$(DATA)")

invoke: .venv/.ready ## Send events/FN.json to a function of the running local cloud (FN=put_facts)
	@$(VENV)/python -m tests.local_cloud.invoke "$(FN)"

# ---- checks ---------------------------------------------------------------------------------

# Lanes run beside each other; within a lane the quick steps come first, so that a mistake shows early.
STATIC_LANE := lint floors lock-check types architecture validate
STEPS        = MAKE="$(MAKE)" $(VENV)/python -m tests.steps

test: setup ## Run every check, the end-to-end journey included
	@$(WITH_DYNAMODB) env $(STEPS) "$(STATIC_LANE) build e2e" "unit integration contract"

check: export PYTEST_ARGS = -m "not dynamodb_local"
check: export WITH_DYNAMODB =
check: export HYPOTHESIS_PROFILE = quick
check: .venv/.ready ## Run the quick checks: nothing is built, no DynamoDB Local, no local cloud
	@$(STEPS) "$(STATIC_LANE)" "unit integration"

unit: .venv/.ready ## Test rules and use cases, without any network
	@$(PYTEST) tests/unit -n 2 --disable-socket --allow-unix-socket

contract: .venv/.ready ## Test that all adapters of a port keep the same promises
	@$(WITH_DYNAMODB) $(PYTEST) tests/contract -n 2 --dist worksteal

integration: .venv/.ready ## Test each function with its event on simulated AWS, and real histories in memory
	@$(WITH_DYNAMODB) $(PYTEST) tests/integration tests/olist tests/handover -n 2 --dist worksteal

architecture: .venv/.ready ## Test that template, folders and names agree
	@$(PYTEST) tests/architecture

e2e: build .cloud/.ready ## Test the product as deployed, on the local cloud
	@$(PYTEST) tests/e2e -n 2 --dist loadfile

# Packages for the browser alone, beside those of the tests.
WITH_BROWSER = PYTHONPATH=.browser/lib/python3.13/site-packages

browser: build .cloud/.ready .browser/.ready ## Use the console of the local cloud with a browser (not part of "make test")
	@$(WITH_BROWSER) $(PYTEST) tests/browser

screenshots: build .cloud/.ready .browser/.ready ## Take the pictures of docs/console.md anew
	@$(WITH_BROWSER) $(VENV)/python -m tests.browser.screenshots

mutants: export HYPOTHESIS_PROFILE = quick
mutants: .venv/.ready .mutants/.ready ## Try small mistakes in the rules: which do the unit tests find (SAMPLE=60, SEED=, ALL=1)
	@.mutants/bin/python -m tests.mutants.run

bench: build .bench/.ready ## Measure, and compare with the targets (QUICK=1 takes fewer samples; DATA=)
	@$(VENV)/python -m tests.benchmarks.run

bench-simulate: .venv/.ready ## Measure the simulator alone (EVENTS=1000000 plays so many)
	@$(VENV)/python -m tests.benchmarks.simulate

bench-targets: .venv/.ready ## Draw a target list from exports of the tables, of PEOPLE=100000 people
	@$(VENV)/python -m tests.benchmarks.targets

bench-batches: .venv/.ready ## Measure a batch of ten facts, with 5 ms between the function and DynamoDB Local
	@$(VENV)/python -m tests.benchmarks.batches

bench-due: .venv/.ready ## Count the requests that find 100 due clocks among STORED=1000000
	@$(VENV)/python -m tests.benchmarks.due

damaged-files: .venv/.ready ## Import a file of each damage, and print what becomes of it, and the memory (ROWS=1000000)
	@$(VENV)/python -m tests.benchmarks.damaged

ceilings: .venv/.ready ## Compute how much a second each table, index, queue and quota takes
	@$(VENV)/python -m tests.benchmarks.ceilings

clicks: .venv/.ready ## Estimate what clicks on tracked links cost, at 1,000 a second
	@$(VENV)/python -m tests.benchmarks.clicks

costs: .venv/.ready ## Estimate the bill of a month, for three sizes of an organization
	@$(VENV)/python -m tests.benchmarks.bill

export QUICK EVENTS DATA SAMPLE SEED

lint: .venv/.ready ## Look for mistakes and for code that is not formatted
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .

format: .venv/.ready ## Format the code and mend what can be mended
	@$(VENV)/ruff check --fix-only .
	@$(VENV)/ruff format .

types: .venv/.ready ## Check the types
	@$(VENV)/mypy

floors: .venv/.ready ## Check that imports go down only
	@PYTHONPATH=.:layers/rekindle $(VENV)/lint-imports --no-logo

describe: .venv/.ready ## Write what is made from the declarations: openapi.json, tables and pictures of docs
	@$(VENV)/python -m rekindle.adapters.wire.describe docs

validate: .venv/.ready ## Check template.yaml
	@$(VENV)/sam validate --lint

# ---- building and deploying -----------------------------------------------------------------

build: .venv/.ready ## Build the functions and the layers, where anything changed
	@$(VENV)/python -m tests.local_cloud.build

deploy: .venv/.ready ## Deploy to your AWS account (STAGE=dev or prod)
	@case "$(STAGE)" in dev|prod) ;; *) echo 'Say where: make deploy STAGE=dev, or STAGE=prod.' >&2; exit 1;; esac
	@if test "$(STAGE)" = prod && grep -q 'AlarmEmail=""' samconfig.toml; then \
	  echo 'Warning: nobody gets the alarms of prod. Fill in AlarmEmail in samconfig.toml.' >&2; fi
	$(VENV)/sam build --no-cached --build-dir .aws-sam/deploy
	$(VENV)/sam deploy --config-env $(STAGE) --template-file .aws-sam/deploy/template.yaml

# ---- locks ----------------------------------------------------------------------------------

UV_VERSION := 0.13.9
COMPILE     = .cache/uv/bin/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
              --no-emit-index-url --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# In a layer of their own: the functions that read templates or check settings need them, and the others start faster
# without. Then what these two need themselves.
TEMPLATES := jinja2 jsonschema pyyaml
# And the function that loads files alone needs these.
IMPORTS   := phonenumberslite python-calamine
BENEATH   := attrs jsonschema-specifications markupsafe referencing rpds-py

.cache/uv/bin/uv: Makefile
	@$(find_python); rm -rf .cache/uv; "$$python" -m venv .cache/uv
	@.cache/uv/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

lock: .cache/uv/bin/uv ## Write the lock files from pyproject.toml (UPGRADE=1 for the newest versions)
	@$(COMPILE) pyproject.toml --group pyproject.toml:dev --output-file requirements/dev.lock
	@$(COMPILE) --group pyproject.toml:cloud --output-file requirements/cloud.lock
	@$(COMPILE) --group pyproject.toml:bench --output-file requirements/bench.lock
	@$(COMPILE) --group pyproject.toml:mutants --output-file requirements/mutants.lock
	@$(COMPILE) --group pyproject.toml:browser --constraints requirements/dev.lock --output-file requirements/browser.lock
	@$(COMPILE) pyproject.toml --constraints requirements/dev.lock $(addprefix --no-emit-package ,$(TEMPLATES) $(BENEATH) $(IMPORTS)) \
	  --output-file layers/vendor/requirements.txt
	@printf '%s\n' $(TEMPLATES) | $(COMPILE) - --constraints requirements/dev.lock --output-file layers/templates/requirements.txt
	@printf '%s\n' $(IMPORTS) | $(COMPILE) - --constraints requirements/dev.lock --output-file layers/imports/requirements.txt

vendor: .venv/.ready ## Take the console's script out of its package, as it is pinned
	@$(VENV)/python layers/console/vendor.py layers/console/rekindle_console/static

lock-check: .venv/.ready ## Check that the lock files and pyproject.toml agree
	@$(PYTEST) tests/architecture/test_locks.py -q

clean: ## Remove all that setup, build and tests made
	rm -rf .venv .cloud .bench .browser .mutants .cache .aws-sam .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf layers/rekindle/*.egg-info
	find functions layers tests -name __pycache__ -prune -exec rm -rf {} +
