# SPDX-License-Identifier: GPL-2.0-or-later
# Vigie: all check lint format fuzz bench coverage install clean. No configure step.
#   make SANITIZE=address,undefined   builds beside the normal one, in build/gcc-address-undefined
#   make CC=clang                     both compilers build without one warning
#   make DESTDIR=/tmp/x PREFIX=/usr install
#   make fuzz FUZZ_SECONDS=60         each target in turn, with clang; corpora are replayed by check
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
SANITIZE ?=
FUZZ_SECONDS ?= 60
CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
comma := ,
B := build/$(notdir $(firstword $(CC)))$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))

WERROR ?= -Werror
WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wformat=2 -Wundef -Wvla -Wcast-qual -Wwrite-strings -Wpointer-arith \
	-Wnull-dereference -Wswitch-enum $(WERROR)
# Clang 14 knows this flag and refuses it.
AUTO_INIT := -ftrivial-auto-var-init=zero
AUTO_INIT := $(shell $(CC) -Werror $(AUTO_INIT) -fsyntax-only -xc /dev/null 2>/dev/null && echo $(AUTO_INIT))
# Nothing of ours is unwound at run time (gdb reads .debug_frame): 0.07 MiB of tables less in each daemon.
TABLES := $(if $(SANITIZE),,-fno-asynchronous-unwind-tables)
HARDEN := $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE -fcf-protection $(AUTO_INIT)
OPT ?= $(if $(SANITIZE),-O1,-O2) -g
SAN := $(if $(SANITIZE),-fno-sanitize-recover=all -fno-omit-frame-pointer)
SAN_COMPILE := $(SAN) $(if $(SANITIZE),-fsanitize=$(subst fuzzer,fuzzer-no-link,$(SANITIZE)))
CPPFLAGS_ALL := -I. -D_GNU_SOURCE -DVIGIE_VERSION='"$(VERSION)"' -DVIGIE_PREFIX='"$(PREFIX)"' $(CPPFLAGS)
CFLAGS_ALL := -std=c17 $(OPT) $(WARN) $(HARDEN) $(TABLES) $(SAN_COMPILE) $(CFLAGS)
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(SAN_COMPILE) $(LDFLAGS)

LIBS_HUB := -lsystemd -lmodbus -lgpiod -lpaho-mqtt3as -ljansson -lcyaml -lyaml -lsqlite3 -lcrypto -lm
LIBS_GATEWAY := -lsystemd -lpaho-mqtt3as -lcrypto -ljansson -lcyaml -lyaml -lsqlite3 -lasound -lespeak-ng -lm
LIBS_VOICE := -lasound -lespeak-ng
LIBS_CTL := -ljansson -lsystemd -lm
LIBS_EVAL := -lcrypto -ljansson -lm
LIBS_TEST := $(LIBS_HUB) -lasound -lespeak-ng

sources = $(filter-out %/main.c,$(foreach d,$(1),$(wildcard $(d)/*.c)))
objects = $(patsubst %.c,$(B)/%.o,$(1))
targets = $(patsubst %.c,$(B)/%,$(wildcard $(1)))
LIB := $(B)/libvigie.a
LIB_OBJECTS := $(call objects,$(call sources,common sensors sensors/decoders models models/eval models/recordings hub \
	caller-gateway common/ctl))

PROGRAMS := $(patsubst %,$(B)/bin/%,$(if $(wildcard hub/main.c),vigie-hub vigie-voice) \
	$(if $(wildcard caller-gateway/main.c),vigie-gateway) $(if $(wildcard common/ctl/main.c),vigie-ctl) \
	$(if $(wildcard models/eval/main.c),vigie-eval))
UNIT := $(call targets,tests/unit/test_*.c)
# Where threads meet: these run under the thread sanitizer too (tests/run has the same list).
UNIT_THREADS := $(filter %_source_modbus %_source_modbus_moods %_channel %_playback %_mqtt %_speech %_history,$(UNIT))
FUZZ := $(call targets,tests/fuzz/fuzz_*.c)
BENCH := $(call targets,tests/bench/bench_*.c)
# Programs that system tests drive.
PEERS := $(call targets,tests/system/*.c)
PENDANT := $(B)/tests/fakes/pendant/pendant
FAKES := $(patsubst tests/fakes/%.c,$(B)/tests/fakes/%.so,$(wildcard tests/fakes/*.c))

all: $(PROGRAMS)

# Changed flags rebuild: this file's text is the flags, and it is rewritten only when they differ.
FLAGS := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL)
$(B)/flags: force
	@mkdir -p $(@D); echo '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS))' >$@
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
# The list of members beside the archive: a source that went away goes out of it too.
$(B)/members: force
	@mkdir -p $(@D); echo '$(LIB_OBJECTS)' | cmp -s - $@ || echo '$(LIB_OBJECTS)' >$@
$(LIB): $(LIB_OBJECTS) $(B)/members
	@rm -f $@; $(AR) rcs $@ $(LIB_OBJECTS)

link = @mkdir -p $(@D); $(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o %.a,$^) $(1)
$(B)/bin/vigie-hub: $(B)/hub/main.o $(LIB)
	$(call link,$(LIBS_HUB))
$(B)/bin/vigie-voice: $(B)/hub/voice/main.o $(LIB)
	$(call link,$(LIBS_VOICE))
$(B)/bin/vigie-gateway: $(B)/caller-gateway/main.o $(LIB)
	$(call link,$(LIBS_GATEWAY))
$(B)/bin/vigie-ctl: $(B)/common/ctl/main.o $(LIB)
	$(call link,$(LIBS_CTL))
$(B)/bin/vigie-eval: $(B)/models/eval/main.o $(LIB)
	$(call link,$(LIBS_EVAL))
$(B)/bin/make-recordings: $(B)/models/recordings/main.o $(LIB)
	$(call link,)
$(B)/bin/dump-features: $(B)/models/training/dump_features.o $(B)/models/training/variation.o $(LIB)
	$(call link,-lm)
# Curves bin by bin: many at a time. Roots tell no errors; the numbers are the same.
$(B)/models/fall_waves.o: CFLAGS_ALL += $(if $(SANITIZE),,-O3) -fno-math-errno
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIB)
	$(call link,-lcmocka $(LIBS_TEST))
# They speak with the program that ships.
$(B)/tests/unit/test_voice $(B)/tests/bench/bench_home_voice: $(B)/bin/vigie-voice
$(B)/tests/system/%: $(B)/tests/system/%.o $(LIB)
	$(call link,$(LIBS_TEST))
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(LIB)
	$(call link,$(LIBS_TEST))
$(B)/tests/fakes/pendant/%: $(B)/tests/fakes/pendant/%.o $(LIB)
	$(call link,-lbluetooth -lsystemd -lcrypto)
# libFuzzer's own main with clang and SANITIZE=fuzzer,…; else one that replays files and folders.
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(LIB) \
		$(if $(findstring fuzzer,$(SANITIZE)),,$(B)/tests/fuzz/replay_main.o)
	$(call link,$(LIBS_TEST) $(if $(findstring fuzzer,$(SANITIZE)),-fsanitize=fuzzer))
# Shared objects to be preloaded into a program under test.
$(B)/tests/fakes/%.so: tests/fakes/%.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -fPIC -shared -MMD -MP -MF $(@:.so=.d) -o $@ $< -ldl

unit: $(UNIT)
unit-threads: $(UNIT_THREADS)
fuzzers: $(FUZZ)
benches: $(BENCH)
fakes: $(FAKES) $(PEERS) $(PENDANT)

for-check: all unit benches fakes
	+@$(MAKE) --no-print-directory SANITIZE=address,undefined unit fuzzers
	+@$(MAKE) --no-print-directory SANITIZE=thread unit-threads
check:
	@tests/run
lint:
	@tests/lint/lint
# Every source read by the compiler without making objects: for the second compiler's opinion.
warnings:
	@find $(wildcard common sensors models hub caller-gateway tests) -name '*.c' | xargs -n 8 -P $$(nproc) \
		$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -fsyntax-only
# The fall model's weights, written anew from recordings (models/training/MODEL.md): falls.tar.gz of
# VIGIE_DATA, an hour of processor. The same data and script give the same bytes.
TRAINING := build/training
VIGIE_DATA ?= ../shared/data
train: $(B)/bin/dump-features
	mkdir -p $(TRAINING)/falls
	tar -C $(TRAINING)/falls -xzf $(VIGIE_DATA)/falls.tar.gz
	$< $(TRAINING)/falls $(TRAINING)/features $(TRAINING)/waves
	/usr/bin/python3 models/training/train.py $(TRAINING)/falls $(TRAINING)/features $(TRAINING)/waves models/fall_weights.c $(TRAINING)/folds
# The synthetic recordings, written anew (a unit test compares them with what this makes).
recordings: $(B)/bin/make-recordings
	$< models/recordings
format:
	clang-format -i $$(git ls-files '*.c' '*.h' | grep -v _weights)
fuzz:
	+@$(MAKE) --no-print-directory CC=clang SANITIZE=fuzzer,address,undefined fuzzers
	@set -e; for f in $(notdir $(FUZZ)); do n=$${f#fuzz_}; mkdir -p build/fuzz/$$n; echo "== $$f"; \
		build/clang-fuzzer-address-undefined/tests/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) \
		-artifact_prefix=build/fuzz/$$f- -print_final_stats=1 build/fuzz/$$n tests/fuzz/corpus/$$n; done
bench: all benches fakes
	@set -e; for b in $(BENCH) $(wildcard tests/bench/bench_*.py); do echo "== $$b"; $$b; done
coverage:
	+@$(MAKE) --no-print-directory B=build/coverage OPT='-Og -g --coverage' LDFLAGS=--coverage unit
	@tests/coverage build/coverage $(notdir $(UNIT))

SHARE := $(DESTDIR)$(PREFIX)/share
MANUALS := $(wildcard docs/man/*.[1-8])
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man $(SHARE)/vigie/recordings $(SHARE)/vigie/examples
	install $(PROGRAMS) $(wildcard caller-gateway/vigie-broker) $(DESTDIR)$(PREFIX)/bin
	for m in $(MANUALS); do install -D -m 644 $$m $(SHARE)/man/man$${m##*.}/$${m##*/} || exit 1; done
	install -m 644 $(wildcard hub/*.example.yaml caller-gateway/*.example.yaml) $(SHARE)/vigie/examples
	install -m 644 $(wildcard models/recordings/*.csv models/recordings/*.btsnoop) $(SHARE)/vigie/recordings
	for l in fr en; do install -d $(SHARE)/vigie/clips/$$l || exit 1; done

clean:
	rm -rf build
force:
.PHONY: all unit unit-threads fuzzers benches fakes for-check check lint warnings format fuzz bench coverage install clean force recordings train
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
