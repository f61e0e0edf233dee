# The commands of a working copy. Each installs what it needs and is missing; none needs another
# to have run before.

# Tests run in release, where the code is used, and share the build of `make build`.
TEST = swift test -c release --disable-testable-imports
SOURCES = Package.swift Plugins Sources Environments Tests Experiments
SEED ?= 0
PREFIX ?= /usr/local

.PHONY: setup build install demo test bench side-by-side bench-environments format lint sanitize \
  sanitize-memory docs traps crash-sweep fuzz replay

setup:
	@Scripts/setup.sh

build: setup
	swift build -c release --product dreamer

# One binary that needs no Swift on the machine: make install PREFIX=$HOME/.local
# In a build of its own, for every file is compiled otherwise than for `make build`.
install: setup
	swift build -c release --product dreamer --static-swift-stdlib --scratch-path .build-install
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 .build-install/release/dreamer $(DESTDIR)$(PREFIX)/bin/dreamer

# Trains an agent from pixels and shows what it earns: make demo SEED=1
demo: build
	@Scripts/demo.sh $(SEED)

# All tests; then those of the kernels on the narrower instruction sets that other machines have.
test: setup
	$(TEST)
	DREAMER_SIMD=avx2 $(TEST) --skip-build --filter 'KernelsTests|AutodiffTests|DistributionsTests'
	DREAMER_SIMD=plain $(TEST) --skip-build --filter 'KernelsTests|AutodiffTests|DistributionsTests'
	Scripts/embedding.sh

bench: build
	.build/release/dreamer bench

# The same update here and in plain PyTorch, which this installs: make side-by-side ROUNDS=5
side-by-side: build
	@Experiments/Benchmarks/side_by_side.sh $(ROUNDS)

# Steps of the bundled worlds and of their Python originals, which this installs:
# make bench-environments ROUNDS=5
bench-environments: build
	@Experiments/Benchmarks/environments.sh $(ROUNDS)

format:
	swift format --in-place --recursive --parallel $(SOURCES)

# The handbook and the documentation of the public modules, as a site in docs/.
docs: setup
	Scripts/docs.sh

# Formatting; a comment on every public declaration; unsafe code where it belongs alone; imports that
# go up.
lint:
	swift format lint --strict --recursive --parallel $(SOURCES)
	Scripts/lint.sh

# The tests under ThreadSanitizer, in a build of their own.
sanitize: setup
	TSAN_OPTIONS=suppressions=$(CURDIR)/Scripts/thread-sanitizer.txt \
	  $(TEST) --sanitize thread --scratch-path .build-sanitize --skip CommandTests

# The tests of kernels, tape and readers under AddressSanitizer and UndefinedBehaviorSanitizer, in builds
# of their own: make sanitize-memory
sanitize-memory: setup
	Scripts/sanitize-memory.sh

# Puts each known mistake back and demands that a test notices.
traps: setup
	Scripts/traps.sh

# Stops a run at each of its writes, syncs, renames and removals, and resumes it.
crash-sweep: setup
	DREAMER_CRASHES=all $(TEST) --filter CrashTests.stops

# Feeds 100,000 damaged files of each kind to their readers.
fuzz: setup
	DREAMER_FUZZ=100000 $(TEST) --filter 'FuzzTests'

# A million random steps within 512 MB, in a gridworld and with a pendulum.
replay: build
	@Experiments/Replay/run.sh
