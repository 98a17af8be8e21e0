# Two targets do everything on a fresh machine: `make run` and `make test`.
# What each target needs beyond Go it installs itself: linters into .cache/, the
# tests' redis-server and chromium through apt where that is allowed.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO          ?= go
PKG         ?= ./...
# What is tested also in an event store that others write to.
SHARED      := ./internal/journal ./internal/foldredis ./queries ./commands
# What is counted by hand, and from the log alone, comes out alike whoever writes between:
# other tests show that nothing of theirs is read.
ALIKE       := AgainstTheOracle|ByHand|ThoseOfANaiveCalculation|FollowFromTheLogAlone
# Without a name, only which streams are the ledger's own is found otherwise. Commands read
# few streams, each by its name: histories, imports and what earlier builds left show that.
WITHOUT_A_NAME := Histories|Sample|Earlier|Import|TwoFiles|HundredThousand|PutRight|Listed|Matches
# One package's limit; go test prints every goroutine when it is reached.
TIMEOUT     ?= 12m
TESTFLAGS   ?=
FUZZTIME    ?= 10s
BENCHFLAGS  ?=
RUNFLAGS    ?=

STATICCHECK_VERSION   := v0.8.2
GOLANGCI_LINT_VERSION := v2.15.0
TOOLS         := $(CURDIR)/.cache/tools
STATICCHECK   := $(TOOLS)/staticcheck-$(STATICCHECK_VERSION)/staticcheck
GOLANGCI_LINT := $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION)/golangci-lint

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/ksiega
	$(GO) build -o bin/ksiega ./cmd/ksiega

.PHONY: run
run: build ## start the server with the sample data and print its address (RUNFLAGS=…)
	exec bin/ksiega serve --sample $(RUNFLAGS)

.PHONY: deps
deps: ## install what the tests need and the machine lacks
	bash .ci/deps

.PHONY: test
test: deps ## run all tests (PKG=./domain/... TESTFLAGS=-v)
	$(GO) test -timeout $(TIMEOUT) $(TESTFLAGS) $(PKG)
ifeq ($(PKG),./...)
	KSIEGA_TEST_SHARED=named $(GO) test -timeout $(TIMEOUT) $(TESTFLAGS) -skip '$(ALIKE)' $(SHARED)
	KSIEGA_TEST_SHARED=unnamed $(GO) test -timeout $(TIMEOUT) $(TESTFLAGS) -skip '$(ALIKE)' ./queries
	KSIEGA_TEST_SHARED=unnamed $(GO) test -timeout $(TIMEOUT) $(TESTFLAGS) -run '$(WITHOUT_A_NAME)' ./commands
endif

.PHONY: race
race: deps ## run all tests under the race detector; needs gcc
	CGO_ENABLED=1 $(GO) test -race -timeout 30m $(TESTFLAGS) $(PKG)

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME=10s each
	GO='$(GO)' bash .ci/fuzz '$(FUZZTIME)' $(PKG)

# The tag adds tests that exist only here; the variable makes ordinary tests longer.
.PHONY: soak
soak: deps ## run the long tests
	KSIEGA_SOAK=1 $(GO) test -tags soak -count=1 -timeout 60m $(TESTFLAGS) $(PKG)

# The variable, unlike a flag, may be set for packages that know nothing of it.
.PHONY: golden
golden: ## write the golden files anew; read the diff before committing it
	KSIEGA_GOLDEN=update $(GO) test -count=1 -timeout $(TIMEOUT) -run Golden $(PKG)
	@git status --short || true

.PHONY: generate
generate: ## run the generators
	$(GO) generate ./...

.PHONY: bench
bench: ## measure (BENCHFLAGS=…)
	bash .ci/deps bench
	$(GO) run ./cmd/ksiega-bench $(BENCHFLAGS)

.PHONY: assets
assets: ## fetch the committed files of others anew from npm
	bash .ci/assets

.PHONY: screenshots
screenshots: deps ## make the pictures in docs/ anew, of the sample centres
	KSIEGA_SHOTS='$(CURDIR)/docs' $(GO) test -tags screenshots -count=1 -run '^TestScreenshots$$' ./cmd/ksiega

.PHONY: check
check: fmt rules tidy vet lint generated verified openapi ## gofmt, vet, linters, import rules, generated files up to date

.PHONY: verified
verified:
	bash .ci/assets --verify

.PHONY: openapi
openapi:
	bash .ci/openapi

.PHONY: fmt
fmt:
	@out=$$(gofmt -l .); if [[ -n "$$out" ]]; then echo "gofmt -w these files:" >&2; echo "$$out" >&2; exit 1; fi

.PHONY: vet
vet:
	$(GO) vet ./...
	$(GO) vet -tags soak,screenshots ./...

# S1016 would turn a command into its event by conversion, and so let a field added
# to both slip into what is recorded for ever.
.PHONY: lint
lint: $(STATICCHECK) $(GOLANGCI_LINT)
	$(STATICCHECK) -tags soak -checks inherit,-S1016 ./...
	$(GOLANGCI_LINT) run ./...

# Files added since the last run are no input that the test cache knows of.
.PHONY: rules
rules:
	$(GO) test -count=1 ./internal/archtest

.PHONY: tidy
tidy:
	$(GO) mod tidy -diff

.PHONY: generated
generated:
	MAKE='$(MAKE)' bash .ci/generated

$(STATICCHECK):
	GOBIN='$(@D)' $(GO) install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)

$(GOLANGCI_LINT):
	GOBIN='$(@D)' $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

.PHONY: ci
ci: ## what CI runs: check, then test, where a skipped test fails
	CI=true bash .ci/run

.PHONY: clean
clean: ## remove what was built; data/ stays
	rm -rf bin .cache coverage.out
