# SPDX-License-Identifier: GPL-3.0-or-later
#
# siptimed.  `make' builds, `make demo' shows it at work, `make check' tests
# it, `make SAN=1 check' tests it under ASan and UBSan, `make bench' measures.
# Files are found, not listed.  CC, CFLAGS, CPPFLAGS and LDFLAGS belong to
# whoever builds; ours are in SIP_*.

VERSION      := 0.1
CC           ?= cc
CFLAGS       ?= -O2 -g
CORPUS       ?= ../shared/corpus
B            ?= build$(if $(SAN),-san)

SIP_CFLAGS   := -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes \
                -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla \
                -Wformat=2 -Wundef
SIP_CPPFLAGS := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib -MMD -MP
ifneq ($(SAN),)
SIP_CFLAGS   += -fsanitize=address,undefined -fno-sanitize-recover=all \
                -fno-omit-frame-pointer
endif

LIB_LIBS     := -losip2 -losipparser2 -ljansson
DAEMON_LIBS  := -lpcap -linih -levent -lsystemd -lseccomp -lpthread
CHECK_LIBS   := $(LIB_LIBS) -lcheck -lsubunit -lm -lrt -lpthread

lib          := $(patsubst %.c,$B/%.o,$(wildcard lib/*/*.c))
daemon       := $(patsubst %.c,$B/%.o,$(wildcard daemon/*.c))
units        := $(patsubst %.c,$B/%,$(wildcard tests/unit/*_test.c))
replays      := $(patsubst %.c,$B/%,$(wildcard tests/fuzz/*_fuzz.c))
tools        := $(patsubst %.c,$B/%,$(wildcard tests/tools/*.c))
script       := $(patsubst %.c,$B/%.o,$(wildcard tests/script/*.c))
fuzzers      := $(patsubst tests/fuzz/%.c,build-fuzz/%,\
                  $(wildcard tests/fuzz/*_fuzz.c))
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 60

all: $B/siptimed

$B/siptimed: $(daemon) $B/libsiptimed.a
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
	    $(LIB_LIBS) $(DAEMON_LIBS)

$B/libsiptimed.a: $(lib)
	@rm -f $@
	$(AR) rcs $@ $^

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SIP_CPPFLAGS) $(CPPFLAGS) $(SIP_CFLAGS) $(CFLAGS) -c -o $@ $<

$B/daemon/%.o: SIP_CPPFLAGS += -DSIPTIMED_VERSION='"$(VERSION)"'
$B/daemon/privilege.o: SIP_CPPFLAGS += -DPRIVILEGE_CONFINE=$(if $(SAN),0,1)
$B/tests/%.o: SIP_CPPFLAGS += -Itests

# One program per test file.  It links the library, never the daemon.
$B/tests/unit/%_test: $B/tests/unit/%_test.o $B/libsiptimed.a
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS)

$B/tests/tools/%: $B/tests/tools/%.o $B/libsiptimed.a
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) -lpcap

# The daemon with a clock that tests can step, and who floods it.
$B/tests/system/%.o: SIP_CPPFLAGS += -Idaemon
$B/tests/system/siptimed-stepping: $(filter-out %/wallclock.o,$(daemon)) \
    $B/tests/system/wallclock_stepping.o $B/libsiptimed.a
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
	    $(LIB_LIBS) $(DAEMON_LIBS)
$B/tests/system/flood: $B/tests/system/flood.o
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^

$B/tests/bench/generate: $B/tests/bench/generate.o $B/tests/bench/segments.o
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) -lpcap

# pcapscript and the room it speaks for.
$B/tests/tools/pcapscript: $B/tests/tools/pcapscript.o $(script) \
    $B/libsiptimed.a
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lpcap

# A fuzz target with replay.c in the place of libFuzzer: it runs its target
# over files and folders of seeds.  `make fuzz' builds the real thing.
$B/tests/fuzz/%_fuzz: $B/tests/fuzz/%_fuzz.o $B/tests/fuzz/replay.o \
    $B/libsiptimed.a
	$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) -lpcap

build-fuzz/%_fuzz: tests/fuzz/%_fuzz.c $(wildcard lib/*/*.[ch])
	@mkdir -p $(@D)
	$(FUZZ_CC) -O1 -g -std=c11 -D_GNU_SOURCE -Ilib -Itests \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -o $@ $< $(wildcard lib/*/*.c) $(LIB_LIBS) -lpcap

# Guards, unit tests, seeds, stories, the corpus: tests/tools/run-checks.
check: $B/siptimed $(units) $(replays) $(tools)
	@tests/tools/run-checks --build $B --corpus $(CORPUS) \
	    $(if $(SAN),,--plain)

# The daemon on interfaces of its own, with real peers: takes root.
check-live: $B/siptimed $B/tests/system/siptimed-stepping $B/tests/system/flood
	@tests/system/live $B

# The story siptimed comes from (tests/scenario/origin.txt), judged.
demo: $B/siptimed $B/tests/tools/pcapscript
	@$B/tests/tools/pcapscript tests/scenario/origin.txt $B/origin.pcap
	@echo
	@echo '$$ $B/siptimed -r $B/origin.pcap'
	@$B/siptimed -r $B/origin.pcap; test $$? -eq 1

# Some minutes; LONG=1 goes on to ten million messages.
bench: $B/siptimed $B/tests/bench/generate $B/tests/tools/datebench \
    $B/tests/tools/scanbench
	@tests/bench/run $B $(if $(LONG),long)

# Each target for FUZZ_SECONDS, with our seeds and the corpus.
fuzz: $(fuzzers)
	@tests/tools/fuzz $(FUZZ_SECONDS) $(CORPUS) $^

clean:
	rm -rf build build-san build-fuzz build-bench

format:
	clang-format --style=file:packaging/clang-format -i \
	    $(wildcard lib/*/*.[ch] daemon/*.[ch] tests/*/*.[ch])

.PHONY: all bench check check-live clean demo format fuzz
.SECONDARY:

-include $(wildcard $B/*/*.d $B/*/*/*.d)
