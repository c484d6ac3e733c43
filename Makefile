# Targets of the project. The pipeline runs `make verify`.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
BIN := bin/mallcheck
export VERSION ?=

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Test the built-in sandbox
	$(GO) run ./cmd/mallcheck run

# Three packages at a time, because packages that wait for processes leave a processor idle.
.PHONY: test
test: ## Run the project's own tests without the long proofs (Go alone is enough)
	$(GO) test -p 3 ./...

.PHONY: test-short
test-short: ## Run the quick tests
	$(GO) test -short ./...

.PHONY: test-long
test-long: ## Run every test, including the long proofs
	LONG_TESTS=1 $(GO) test ./...

.PHONY: build
build: ## Build the static binary into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/mallcheck

.PHONY: dist
dist: ## Build the release of every platform into dist/; VERSION=v1.2.3, or the commit's tag
	.ci/dist dist

.PHONY: docs
docs: build ## Build the pages of docs/ as a site in site/
	.ci/docs $(BIN)

.PHONY: pictures
pictures: build ## Retake the pictures of README and docs/ (needs Chromium)
	.ci/pictures $(BIN)

.PHONY: generate
generate: ## Generate gen/ from the contract
	gen/generate.sh

.PHONY: faults
faults: build ## Prove that the suite catches every fault: a matrix in mallcheck-report/faults
	$(BIN) faults --prove --seed 2 # causes are learnt with seed 1

.PHONY: verify
verify: ## Run the whole pipeline; installs the Debian packages it needs
	.ci/verify

.PHONY: lint
lint: ## Lint the Go code, the contract, scripts, workflows, samples and the Dockerfile
	$(TOOL) golangci-lint run
	openapi/lint.sh
	.ci/lint-pipelines

.PHONY: fuzz
fuzz: ## Fuzz every parser for FUZZTIME each, by default a minute
	.ci/fuzz $${FUZZTIME:-60s}

.PHONY: bench
bench: ## Run the benchmarks; bench-http needs wrk
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: bench-http
bench-http: ## Measure the sandbox with wrk (Debian: apt-get install wrk)
	sandbox/bench.sh

.PHONY: bench-latency
bench-latency: ## Measure a run through 0, 20, 100 and 300 ms of latency
	$(GO) test -run '^$$' -bench BenchmarkLatency -benchtime 1x -timeout 30m ./conformance

.PHONY: bench-run
bench-run: build ## Measure a whole run against the sandbox: wall time and memory
	.ci/bench-run
