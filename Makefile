# make test    what must pass before a change lands: all checks, all tests
# make check   the checks alone: format, vet, lint, generated files, modules, types
# make build   the static binary, ./redial
# make help    the rest

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

bin := .cache/bin
golangci := $(bin)/golangci-lint
templ := $(bin)/templ
npm := .ci/npm/node_modules/.package-lock.json
client := .ci/client/node_modules/.package-lock.json

version ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# Tests share the machine with the services that they start; a hanging one
# must not take the whole run along.
test_timeout := 15m

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-11s %s\n", $$1, $$2}'

.PHONY: build
build: ## the static binary, ./redial
	CGO_ENABLED=0 go build -trimpath \
	  -ldflags '-s -w -X redial/web/command.release=$(version)' -o redial .

# The checks come first: they are quick, and the last lines are those of the tests.
.PHONY: test
test: setup check race ## all checks and all tests

.PHONY: race
race: $(npm) $(client) ## all tests under the race detector; those in a browser, which has people's patience, by themselves
	go test -race -timeout $(test_timeout) $$(go list ./... | grep -v /web/browser)
	go test -race -timeout $(test_timeout) ./web/browser

.PHONY: check
check: format vet lint modules fresh types ## the checks alone

.PHONY: format
format: ## gofmt
	@unformatted=$$(git ls-files -z --cached --others --exclude-standard -- '*.go' | xargs -0 -r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w on:" >&2; echo "$$unformatted" >&2; exit 1; fi

.PHONY: vet
vet: ## go vet
	go vet ./...

.PHONY: lint
lint: $(golangci) ## golangci-lint
	$(golangci) run ./...

.PHONY: modules
modules: ## go.mod and go.sum say exactly what is imported
	go mod tidy -diff

.PHONY: generate
generate: $(templ) $(npm) ## write generated code anew
	@if git ls-files --cached --others --exclude-standard -- '*.templ' | grep -q .; then $(templ) generate -log-level warn; fi
	go generate ./...

.PHONY: fresh
fresh: $(templ) $(npm) ## generated code is what its sources give
	.ci/fresh

.PHONY: types
types: $(npm) ## types of the browser code
	npm --prefix .ci/npm run --silent types

.PHONY: bench
bench: ## all benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: fuzz
fuzz: ## every fuzz target for fuzztime (10s)
	.ci/fuzz $(or $(fuzztime),10s)

.PHONY: crash
crash: ## kill the program n times (100) at random under load, and see what is left
	go build -trimpath -o .cache/redial-crash .
	go run ./web/crashtest/campaign -binary .cache/redial-crash -kills $(or $(n),100)

.PHONY: fixture
fixture: ## pack the data folder of this release, as name=v1.2.3, for the test that later ones take it over
	go build -trimpath -o .cache/redial-crash .
	go run ./web/crashtest/fixture -binary .cache/redial-crash -o web/crashtest/testdata/$(name).tar.gz

.PHONY: screenshots
screenshots: setup ## pictures of all pages, for README and docs
	go test -count 1 -timeout $(test_timeout) ./web/browser -screenshots

.PHONY: machine
machine:
	@.ci/setup

.PHONY: setup
setup: machine $(npm) $(client) ## install what the tests need: a browser, Node, Python, and what checks pages and documents

.PHONY: clean
clean: ## remove what these commands made
	rm -rf .cache .ci/npm/node_modules .ci/client/node_modules redial

# Tools are pinned by a module of their own, so that the program's module lists
# only what the program needs.
$(golangci): .ci/tools/go.mod .ci/tools/go.sum
	cd .ci/tools && go build -o $(abspath $@) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(templ): .ci/tools/go.mod .ci/tools/go.sum
	cd .ci/tools && go build -o $(abspath $@) github.com/a-h/templ/cmd/templ

$(npm): .ci/npm/package.json .ci/npm/package-lock.json | machine
	cd .ci/npm && npm ci --no-progress
	@touch $@

# Apart from the above: the generator of clients needs another TypeScript.
$(client): .ci/client/package.json .ci/client/package-lock.json | machine
	cd .ci/client && npm ci --no-progress
	@touch $@
