# SPDX-License-Identifier: GPL-2.0-or-later
# Vigie: all check lint format fuzz bench coverage install clean. No configure step.
#   make SANITIZE=address,undefined   builds beside the normal one, in build/address,undefined
#   make CC=clang                     both compilers build without one warning
#   make DESTDIR=/tmp/x PREFIX=/usr install
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
SANITIZE ?=
CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
comma := ,
B := build/$(notdir $(firstword $(CC)))$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))

WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wformat=2 -Wundef -Wvla -Wcast-qual -Wwrite-strings -Wpointer-arith \
	-Wnull-dereference -Wswitch-enum -Werror
HARDEN := $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong -fPIE -fcf-protection \
	-ftrivial-auto-var-init=zero
OPT ?= -O2 -g
SAN := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CPPFLAGS += -I. -D_GNU_SOURCE -DVIGIE_VERSION='"$(VERSION)"' -DVIGIE_PREFIX='"$(PREFIX)"'
CFLAGS_ALL := -std=c17 $(OPT) $(WARN) $(HARDEN) $(SAN) $(CFLAGS)
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(SAN) $(LDFLAGS)

LIBS_HUB := -lsystemd -lpaho-mqtt3as -ljansson -lcyaml -lyaml -lsqlite3 -lcrypto -lm
LIBS_GATEWAY := -lsystemd -lpaho-mqtt3as -ljansson -lcyaml -lyaml -lsqlite3 -lasound -lespeak-ng -lm
LIBS_CTL := -ljansson -lsystemd
LIBS_EVAL := -lcrypto -ljansson -lm
LIBS_TEST := -lcmocka $(LIBS_HUB) -lasound -lespeak-ng

sources = $(filter-out %/main.c,$(foreach d,$(1),$(wildcard $(d)/*.c)))
objects = $(patsubst %.c,$(B)/%.o,$(1))
COMMON := $(call objects,$(call sources,common))
SENSORS := $(call objects,$(call sources,sensors sensors/decoders))
MODELS := $(call objects,$(call sources,models))
EVAL := $(call objects,$(call sources,models/eval))
HUB := $(call objects,$(call sources,hub))
GATEWAY := $(call objects,$(call sources,caller-gateway))
CTL := $(call objects,$(call sources,common/ctl))
LIB := $(B)/libvigie.a

PROGRAMS := $(patsubst %,$(B)/bin/%,$(if $(wildcard hub/main.c),vigie-hub) \
	$(if $(wildcard caller-gateway/main.c),vigie-gateway) $(if $(wildcard common/ctl/main.c),vigie-ctl) \
	$(if $(wildcard models/eval/main.c),vigie-eval))
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))

all: $(PROGRAMS)

# Changed flags rebuild: this file's text is the flags, and it is rewritten only when they differ.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(LDFLAGS_ALL)
$(B)/flags: force
	@mkdir -p $(@D); echo '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS))' >$@
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(LIB): $(COMMON) $(SENSORS) $(MODELS) $(EVAL) $(HUB) $(GATEWAY) $(CTL)
	@rm -f $@; $(AR) rcs $@ $^

link = @mkdir -p $(@D); $(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o %.a,$^) $(1)
$(B)/bin/vigie-hub: $(B)/hub/main.o $(LIB)
	$(call link,$(LIBS_HUB))
$(B)/bin/vigie-gateway: $(B)/caller-gateway/main.o $(LIB)
	$(call link,$(LIBS_GATEWAY))
$(B)/bin/vigie-ctl: $(B)/common/ctl/main.o $(LIB)
	$(call link,$(LIBS_CTL))
$(B)/bin/vigie-eval: $(B)/models/eval/main.o $(LIB)
	$(call link,$(LIBS_EVAL))
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIB)
	$(call link,$(LIBS_TEST))

unit: $(UNIT)

clean:
	rm -rf build
force:
.PHONY: all unit clean force
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
