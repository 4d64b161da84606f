# make book   builds the site and says where it is        make test    checks everything
# make lab    opens the chapters in JupyterLab            make refresh executes the notebooks and stores their outputs
# make serve  serves the site on this machine             make bench   times the kernels side by side
# make pdf    prints the site into one PDF                make fuzz    runs the long property tests
# make counts prints what each chapter holds
# Each sets up what it needs. PYTHON=/path/to/python3 chooses the Python; VENV=folder the virtual environment.

VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NOTEBOOKS ?=
WORKERS ?= 2

.DEFAULT_GOAL := book
.PHONY: book test lint unit notebooks site pages browser lab serve refresh bench fuzz pdf counts lock clean

$(READY): requirements.txt pyproject.toml
	@python="$$(sh tools/find_python.sh)" || exit 1; \
	echo "==> Virtual environment in $(VENV) with $$python"; \
	"$$python" -m venv "$(VENV)"
	@echo "==> Packages of requirements.txt (a minute or two the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

book: pages

# Lint and the building of the site keep one processor busy each: side by side.
test: $(READY)
	@$(MAKE) --no-print-directory --jobs 2 lint pages
	@$(MAKE) --no-print-directory unit notebooks browser
	@echo "==> All tests passed."

lint: $(READY)
	@echo "==> Lint, format, types"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

unit: $(READY)
	@echo "==> Unit tests and doctests"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -p no:nbval --doctest-modules tensorcalc tests --ignore tests/site

notebooks: $(READY)
	@echo "==> Every stored output of the book (nbval)"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --nbval --nbval-current-env --nbval-cell-timeout 300 book

site: pages
	@$(MAKE) --no-print-directory browser

pages: $(READY)
	@$(BIN)/python tools/build_book.py

browser: $(READY)
	@echo "==> The site, in a browser"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -p no:nbval tests/site

lab: $(READY)
	@$(BIN)/python tools/lab.py

serve: book
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

refresh: $(READY)
	@$(BIN)/python tools/refresh.py $(NOTEBOOKS)

bench: $(READY)
	@$(BIN)/python -m benchmarks

fuzz: $(READY)
	@TENSORCALC_FUZZ=full $(BIN)/python -m pytest -n $(WORKERS) -m fuzz tests

pdf: book
	@$(BIN)/python tools/print_pdf.py

counts: $(READY)
	@$(BIN)/python tools/counts.py

lock: $(READY)
	@$(BIN)/python tools/lock.py

clean:
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache .hypothesis
