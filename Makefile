# SPDX-License-Identifier: GPL-3.0-or-later
#
# siptimed.  `make' builds, `make demo' shows it at work, `make check' tests
# it, `make SAN=1 check' tests it under ASan and UBSan, `make TSAN=1 check' under
# ThreadSanitizer, `make bench' measures.
# Files are found, not listed.  CC, CFLAGS, CPPFLAGS and LDFLAGS belong to
# whoever builds; ours are in SIP_*.

VERSION      := 0.1
CC           ?= cc
CFLAGS       ?= -O2 -g
CORPUS       ?= ../shared/corpus
B            ?= build$(if $(SAN),-san)$(if $(TSAN),-tsan)

SIP_CFLAGS   := -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes \
                -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla \
                -Wformat=2 -Wundef -Werror=incompatible-pointer-types
SIP_CPPFLAGS := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib -Idaemon -MMD -MP
ifneq ($(SAN),)
SIP_CFLAGS   += -fsanitize=address,undefined -fno-sanitize-recover=all \
                -fno-omit-frame-pointer
endif

ifneq ($(TSAN),)
SIP_CFLAGS   += -fsanitize=thread -fno-omit-frame-pointer
endif

# The daemon is optimised as a whole: the path of a message goes through many
# small files.  Everything else links the same objects, file by file.  LTO= at
# the command line does without; a compiler that cannot does as well.
ifeq ($(origin LTO),undefined)
LTO          := $(if $(SAN)$(TSAN),,$(shell $(CC) -flto=auto -ffat-lto-objects \
                  -Werror -xc -c -o /dev/null /dev/null 2> /dev/null && \
                  echo -flto=auto -ffat-lto-objects))
endif

# Structures of some hundred octets are cleared with every packet.  GCC does it
# by `rep stos' on x86, whose start takes longer than all the rest.
CLEAR_BY_SSE := -mmemset-strategy=vector_loop:512:noalign,libcall:-1:noalign
SIP_CFLAGS   += $(shell $(CC) $(CLEAR_BY_SSE) -Werror -xc -c -o /dev/null \
                  /dev/null 2> /dev/null && echo $(CLEAR_BY_SSE))

COMPILE       = $(CC) $(SIP_CPPFLAGS) $(CPPFLAGS) $(SIP_CFLAGS) $(CFLAGS) \
                $(LTO)
LINK          = $(CC) $(SIP_CFLAGS) $(CFLAGS) $(if $(LTO),-fno-lto) \
                $(LDFLAGS) -o $@ $^

LIB_LIBS     := -Wl,--as-needed -losip2 -losipparser2 -ljansson -lcrypto \
                -lexpat -lz
DAEMON_LIBS  := -lpcap -linih -levent -lsystemd -lseccomp -lzstd -llzma \
                -lpthread
CHECK_LIBS   := $(LIB_LIBS) -lcheck -lsubunit -lm -lrt -lpthread

lib          := $(patsubst %.c,$B/%.o,$(wildcard lib/*/*.c lib/*/inner/*.c))
ctl          := $(patsubst %.c,$B/%.o,$(wildcard daemon/ctl/*.c))
daemon       := $(filter-out $(ctl),\
                  $(patsubst %.c,$B/%.o,$(wildcard daemon/*/*.c)))
units        := $(patsubst %.c,$B/%,$(wildcard tests/unit/*_test.c))
daemon_units := $(filter $(units),\
                  $(patsubst %.c,$B/tests/unit/%_test,\
                  $(notdir $(wildcard daemon/*/*.c))))
replays      := $(patsubst %.c,$B/%,$(wildcard tests/fuzz/*_fuzz.c))
tools        := $(patsubst %.c,$B/%,$(wildcard tests/tools/*.c))
script       := $(patsubst %.c,$B/%.o,$(wildcard tests/script/*.c))
fuzzers      := $(patsubst tests/fuzz/%.c,build-fuzz/%,\
                  $(wildcard tests/fuzz/*_fuzz.c))
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 60

# One short line a file; V=1 shows the whole commands.
Q            := $(if $V,,@)
say           = $(if $V,,@echo "  $1 $@")

all: $B/siptimed $B/siptimectl $B/siptimed-nats.so

# The page, as octets.
daemon       += $B/daemon/monitor/page/page.o
$B/daemon/monitor/page/page.c: daemon/monitor/page/page.html
	@mkdir -p $(@D)
	@{ echo 'extern const unsigned char page_html[];'; \
	echo 'extern const unsigned page_html_len;'; \
	echo 'const unsigned char page_html[] = {'; \
	od -An -v -tx1 $< | sed -e 's/ \([0-9a-f]\{2\}\)/0x\1,/g'; \
	echo '}; const unsigned page_html_len = sizeof(page_html);'; } > $@

$B/daemon/monitor/page/page.o: $B/daemon/monitor/page/page.c
	$(call say,CC  )
	$Q$(COMPILE) -c -o $@ $<

$B/siptimed: $B/daemon/main.o $(daemon) $B/libsiptimed.a
	$(call say,LINK)
	$Q$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LTO) $(LDFLAGS) -o $@ $^ \
	    $(LIB_LIBS) $(DAEMON_LIBS)

$B/siptimectl: $B/daemon/siptimectl.o $(ctl) $B/daemon/config/value.o \
    $B/libsiptimed.a
	$(call say,LINK)
	$Q$(CC) $(SIP_CFLAGS) $(CFLAGS) $(LTO) $(LDFLAGS) -o $@ $^ -ljansson -lm

# What fleets need of NATS, loaded only with [fleet].
$B/siptimed-nats.so: $(wildcard daemon/fleet/inner/*.c) \
    $(wildcard daemon/fleet/inner/*.h) daemon/fleet/fleetdoor.h
	$(call say,LINK)
	$Q$(CC) -std=c11 -D_GNU_SOURCE -Idaemon -I/usr/include/nats -Wall -Wextra \
	    -Wshadow $(CPPFLAGS) $(CFLAGS) -fPIC -shared $(LDFLAGS) -o $@ \
	    $(filter %.c,$^) -lnats

# The daemon but its main(), and what siptimectl is made of, for the tests.
$B/libdaemon.a: $(daemon) $(ctl)
$B/libsiptimed.a: $(lib)
$B/lib%.a:
	@rm -f $@
	$(call say,AR  )
	$Q$(AR) rcs $@ $^

$B/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$Q$(COMPILE) -c -o $@ $<

# conf/diagnostics.conf as a string: what --explain and alerts know without it.
$B/diagnostics.inc: conf/diagnostics.conf
	@mkdir -p $(@D)
	$Qsed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $< > $@.new && mv $@.new $@
$B/daemon/config/diagfile.o: $B/diagnostics.inc
$B/daemon/config/diagfile.o: SIP_CPPFLAGS += -I$B

$B/daemon/%.o: SIP_CPPFLAGS += -DSIPTIMED_VERSION='"$(VERSION)"'
$B/daemon/host/privilege.o: SIP_CPPFLAGS += -DPRIVILEGE_CONFINE=$(if $(SAN),0,1)
$B/tests/%.o: SIP_CPPFLAGS += -Itests

# One program per test file.  It links the library; the daemon only where a
# file of the daemon is tested.
$B/tests/unit/%_test: $B/tests/unit/%_test.o $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(CHECK_LIBS)

$(daemon_units): $B/tests/unit/%_test: $B/tests/unit/%_test.o $B/libdaemon.a \
    $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(CHECK_LIBS) $(DAEMON_LIBS)

$B/tests/tools/%: $B/tests/tools/%.o $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(LIB_LIBS) -lpcap

# They read savefiles and configurations as the daemon does.
$B/tests/tools/readers $B/tests/tools/fleets: $B/tests/tools/%: \
    $B/tests/tools/%.o $B/libdaemon.a $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(LIB_LIBS) $(DAEMON_LIBS)

# The daemon with a clock that tests can step, and who floods it.
$B/tests/system/siptimed-stepping: $B/daemon/main.o \
    $(filter-out %/wallclock.o,$(daemon)) \
    $B/tests/system/wallclock_stepping.o $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(LIB_LIBS) $(DAEMON_LIBS)
$B/tests/system/flood: $B/tests/system/flood.o
	$(call say,LINK)
	$Q$(LINK)
$B/tests/hostile/hostile: \
    $(patsubst %.c,$B/%.o,$(wildcard tests/hostile/*.c)) $(script) \
    $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) -lpcap -lz
$B/tests/system/hellotime: $B/tests/system/hellotime.o
	$(call say,LINK)
	$Q$(LINK) -lssl -lcrypto

$B/tests/bench/generate: $B/tests/bench/generate.o $B/tests/bench/segments.o
	$(call say,LINK)
	$Q$(LINK) $(LIB_LIBS) -lpcap

# pcapscript and the room it speaks for; who plays stories needs both tools.
$B/tests/tools/pcapscript: | $B/tests/tools/fieldlist
$B/tests/tools/pcapscript: $B/tests/tools/pcapscript.o $(script) \
    $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) -lpcap -lz

$B/tests/tools/rewrap: $B/tests/tools/rewrap.o $(script) $B/libsiptimed.a
	$(LINK) -lpcap -lz

# A fuzz target with replay.c in the place of libFuzzer: it runs its target
# over files and folders of seeds.  `make fuzz' builds the real thing.
$B/tests/fuzz/%_fuzz: $B/tests/fuzz/%_fuzz.o $B/tests/fuzz/replay.o \
    $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(LIB_LIBS) -lpcap

build-fuzz/%_fuzz: tests/fuzz/%_fuzz.c $(wildcard lib/*/*.[ch] lib/*/inner/*.[ch])
	@mkdir -p $(@D)
	$(call say,FUZZ)
	$Q$(FUZZ_CC) -O1 -g -std=c11 -D_GNU_SOURCE -Ilib -Itests \
	    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -o $@ $< $(wildcard lib/*/*.c lib/*/inner/*.c) $(LIB_LIBS) -lpcap

# Guards, unit tests, seeds, stories, the corpus, the same five times:
# tests/tools/run-checks.
check: $B/siptimed $(units) $(replays) $(tools) $B/tests/bench/generate
	@tests/tools/run-checks --build $B --corpus $(CORPUS) \
	    $(if $(SAN)$(TSAN),,--plain)

# All in which threads meet, for ThreadSanitizer: takes root, and hours.
check-threads: suites $(daemon_units) $B/tests/bench/generate
	$(if $(TSAN),,$(error make TSAN=1 check-threads))
	@tests/tools/run-checks --build $B --corpus $(CORPUS) --threads

# What the suites below run, for who runs some of them beside others.
suites: all $(addprefix $B/tests/,system/siptimed-stepping system/flood \
    system/hellotime hostile/hostile tools/pcapscript)

# The daemon on interfaces of its own, with real peers: takes root.
check-live: $B/siptimed $B/siptimectl $B/tests/system/siptimed-stepping $B/tests/system/flood \
    $B/tests/hostile/hostile
	@tests/system/live $B

# Beside real Prometheus, Alertmanagers, Icinga and Chromium: takes root.
check-monitoring: $B/siptimed $B/siptimectl
	@tests/system/monitoring $B

# Three nats-servers, sensors and judges, and what befalls them: takes root.
check-fleet: all $B/tests/system/siptimed-stepping $B/tests/tools/pcapscript
	@tests/system/fleet $B

# Floods, and what they must not hide: some two minutes.
check-hostile: $B/siptimed $B/tests/hostile/hostile
	@tests/hostile/run $B

# What hostile packets cost, by callgrind: some minutes.
hostile-cost: $B/siptimed $B/tests/hostile/hostile
	@tests/hostile/cost $B

# What real stacks say without keys, captured and judged: takes root.
check-witness: $B/siptimed $B/tests/system/hellotime
	@tests/system/witness $B

# Agents that hand on messages by HEP: takes root.
check-hep: $B/siptimed $B/siptimectl $B/tests/tools/pcapscript
	@tests/system/hep $B

# Captures of the corpus in every wrapping, with tshark beside: a minute.
check-wrapped: $B/siptimed $B/tests/tools/rewrap
	@tests/tools/rewrapped --build $B --corpus $(CORPUS)

# TLS of real stacks, decrypted.
check-decrypt: $B/siptimed $B/tests/tools/tlsplain
	@tests/system/decrypt $B $(CORPUS)

# The story siptimed comes from (tests/scenario/origin.txt), judged.
demo: $B/siptimed $B/tests/tools/pcapscript
	@$B/tests/tools/pcapscript tests/scenario/origin.txt $B/origin.pcap
	@echo
	@echo '$$ $B/siptimed -r $B/origin.pcap'
	@$B/siptimed -r $B/origin.pcap; test $$? -eq 1

# Some minutes; LONG=1 goes on to ten million messages.
bench: $B/siptimed $B/tests/bench/generate $B/tests/tools/datebench \
    $B/tests/tools/scanbench $B/tests/tools/decryptbench \
    $B/tests/tools/fleetbench
	@tests/bench/run $B $(if $(LONG),long) $(if $(JSON),--json) \
	    $(if $(QUICK),--quick) $(if $(AGAINST),--against $(AGAINST))

# Each target for FUZZ_SECONDS, with our seeds and the corpus.
fuzz: $(fuzzers)
	@tests/tools/fuzz $(FUZZ_SECONDS) $(CORPUS) $^

clean:
	rm -rf build build-san build-tsan build-fuzz build-bench

format:
	$Qclang-format --style=file:packaging/clang-format -i \
	    $(wildcard lib/*/*.[ch] lib/*/inner/*.[ch] daemon/*.[ch] \
	    daemon/*/*.[ch] tests/*/*.[ch])

.PHONY: all bench check check-decrypt check-fleet check-hep check-hostile \
    check-live check-monitoring check-threads check-witness check-wrapped \
    clean demo format fuzz hostile-cost suites
.SECONDARY:

-include $(wildcard $B/*/*.d $B/*/*/*.d $B/*/*/*/*.d)

# ---- installing -----------------------------------------------------------
#
# make install DESTDIR= PREFIX=/usr; `make deb' puts a package into $B/deb.

PREFIX       ?= /usr/local
SYSCONFDIR   ?= /etc
BINDIR       := $(PREFIX)/bin
MANDIR       := $(PREFIX)/share/man
DOCDIR       := $(PREFIX)/share/doc/siptimed
UNITDIR      ?= $(PREFIX)/lib/systemd/system
DEB_VERSION  ?= $(VERSION)
INSTALL      ?= install
MONITORING   := alertmanager grafana icinga nats prometheus rsyslog snmp zabbix

# lib/report/catalog is the one source of what alerts mean: --explain reads it
# itself, the journal's catalog and a section of siptimed(8) are made from it.
$B/packaging/journal/catalog: $B/packaging/journal/catalog.o $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(LIB_LIBS)

$B/packaging/siptimed.catalog: $B/packaging/journal/catalog
	$< journal > $@.new && mv $@.new $@

$B/packaging/siptimed.8: daemon/siptimed.8 $B/packaging/journal/catalog
	$B/packaging/journal/catalog man > $@.alerts
	sed -e '/^\.Sh EXIT STATUS/{' -e 'e cat $@.alerts' -e '}' \
	    -e 's,/usr/bin/siptimed,$(BINDIR)/siptimed,' $< > $@.new
	mv $@.new $@

$B/packaging/man/fieldsman: $B/packaging/man/fieldsman.o $B/libsiptimed.a
	$(call say,LINK)
	$Q$(LINK) $(LIB_LIBS)

$B/packaging/siptimed-fields.5: $B/packaging/man/fieldsman
	$< > $@.new && mv $@.new $@

# One unit for the configuration's interfaces, a template for one each.
unit = memory=$$($B/siptimed -c conf/siptimed.conf --print-config | \
    sed -n 's/^; in the unit: MemoryMax=\([0-9]*M\) .*/\1/p') && \
    test -n "$$memory" && \
    sed -e 's,@BINDIR@,$(BINDIR),' -e 's,@UNIT@,$1,' -e 's,@ON@,$2,' \
    -e 's,@OPTIONS@,$3,' -e 's,@DIR@,$4,' -e "s,@MEMORY@,$$memory," \
    $< > $@.new && mv $@.new $@

$B/packaging/siptimed.service: packaging/systemd/siptimed.service.in $B/siptimed
	@mkdir -p $(@D)
	$(call unit,siptimed)

$B/packaging/siptimed@.service: packaging/systemd/siptimed.service.in $B/siptimed
	@mkdir -p $(@D)
	$(call unit,siptimed@IFACE, on %i, -i %i,/%i)

generated := $(addprefix $B/packaging/,siptimed.catalog siptimed.8 \
    siptimed-fields.5 siptimed.service siptimed@.service)

check: $(generated)

# What an administrator changed stays.
keep = test -e $(DESTDIR)$2 || $(INSTALL) -D -m 644 $1 $(DESTDIR)$2

install: $B/siptimed $B/siptimectl $B/siptimed-nats.so $(generated)
	$(INSTALL) -D $B/siptimed $(DESTDIR)$(BINDIR)/siptimed
	$(INSTALL) -D -m 644 $B/siptimed-nats.so \
	    $(DESTDIR)$(PREFIX)/lib/siptimed/siptimed-nats.so
	$(INSTALL) -D $B/siptimectl $(DESTDIR)$(BINDIR)/siptimectl
	$(INSTALL) -D -m 644 daemon/siptimectl.1 \
	    $(DESTDIR)$(MANDIR)/man1/siptimectl.1
	$(INSTALL) -D -m 644 conf/siptimed-witnesses.7 \
	    $(DESTDIR)$(MANDIR)/man7/siptimed-witnesses.7
	$(INSTALL) -d $(addprefix $(DESTDIR),$(UNITDIR) $(MANDIR)/man8 \
	    $(MANDIR)/man5 $(PREFIX)/lib/systemd/catalog $(DOCDIR)/examples \
	    $(PREFIX)/share/bash-completion/completions)
	$(INSTALL) -m 644 $B/packaging/siptimed.8 $(DESTDIR)$(MANDIR)/man8
	$(INSTALL) -m 644 conf/siptimed.conf.5 $B/packaging/siptimed-fields.5 \
	    $(DESTDIR)$(MANDIR)/man5
	$(INSTALL) -m 644 $B/packaging/siptimed.catalog \
	    $(DESTDIR)$(PREFIX)/lib/systemd/catalog
	$(INSTALL) -m 644 $B/packaging/siptimed.service \
	    $B/packaging/siptimed@.service \
	    packaging/systemd/siptimed-http.socket \
	    packaging/systemd/siptimed-hep.socket $(DESTDIR)$(UNITDIR)
	$(INSTALL) -D -m 644 packaging/systemd/siptimed.sysusers \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d/siptimed.conf
	$(INSTALL) -m 644 packaging/completion/siptimed \
	    packaging/completion/siptimectl \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(INSTALL) -m 644 conf/minimal.conf conf/trunks.conf conf/lync.conf \
	    conf/diagnostics.conf \
	    conf/openapi.yaml \
	    packaging/systemd/collectors.conf packaging/systemd/10-mirror.* \
	    packaging/systemd/mirror.interfaces $(DESTDIR)$(DOCDIR)/examples
	$(INSTALL) -m 644 packaging/monitoring/rsyslog/siptimed.conf \
	    $(DESTDIR)$(DOCDIR)/examples/rsyslog.conf
	for folder in $(MONITORING); do \
		$(INSTALL) -d $(DESTDIR)$(DOCDIR)/examples/monitoring/$$folder && \
		$(INSTALL) -m 644 packaging/monitoring/$$folder/* \
		    $(DESTDIR)$(DOCDIR)/examples/monitoring/$$folder || exit 1; \
	done
	chmod 755 \
	    $(DESTDIR)$(DOCDIR)/examples/monitoring/snmp/siptimed-trap
	$(call keep,conf/siptimed.conf,$(SYSCONFDIR)/siptimed/siptimed.conf)
	$(call keep,packaging/monitoring/logrotate,$(SYSCONFDIR)/logrotate.d/siptimed)

# In a copy, so that no tree but that one is changed.
deb:
	rm -rf $B/deb
	mkdir -p $B/deb/siptimed
	cp -R Makefile README COPYING conf daemon lib packaging $B/deb/siptimed
	cp -R packaging/debian $B/deb/siptimed/debian
	sed -i '1s/(.*)/($(DEB_VERSION))/' $B/deb/siptimed/debian/changelog
	cd $B/deb/siptimed && env -u MAKEFLAGS -u MAKELEVEL \
	    dpkg-buildpackage -b -us -uc -j$$(nproc)
	rm -rf $B/deb/siptimed

# The package in a booted container: takes root.
check-system: deb $B/tests/tools/pcapscript
	@tests/system/container $B

# The README's commands on a bare Debian: takes root, and packages' mirrors.
check-fresh:
	@tests/system/fresh $(CORPUS)

# They hold what PREFIX was when they were made.
.PHONY: $B/packaging/siptimed.service $B/packaging/siptimed@.service
.PHONY: $B/packaging/siptimed.8
.PHONY: check-fresh check-system deb install
