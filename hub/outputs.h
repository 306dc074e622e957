/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hub switches in the home: lamps and sirens on Modbus coils and GPIO lines. What is
 * wished is kept here and brought to pass: written again when it failed, when the bus or the slave
 * is back or lost its power, and with each outputs_again() while it is on; a line always, so that a
 * chip that is gone is noticed before it is needed. At start everything is switched off once, and
 * what hangs on GPIO at the end too.
 */
#pragma once

#include "common/heartbeat.h"
#include "hub/config_outputs.h"
#include "sensors/source_modbus.h"

#include <jansson.h>

#define OUTPUTS_TRIES_MAX 2 /* in a row; then with the next outputs_again() */

struct hub;
struct hub_source;

enum output_is { OUTPUT_UNKNOWN, OUTPUT_OFF, OUTPUT_ON };

struct output {
	bool is_wished, is_being_written;
	enum output_is is; /* as the slave last acknowledged */
	unsigned int tries;
	int error;              /* of the last write, 0 when it came to pass */
	struct gpio_line *line; /* NULL: a coil, or a line that could not be had */
};

struct outputs {
	struct output rows[HUB_OUTPUTS_MAX]; /* as config.outputs.places */
	const struct gpio_calls *gpio;       /* borrowed; NULL: the kernel's */
};

/* Takes the GPIO lines and switches them off; what fails is a fault. 0. */
int outputs_begin(struct hub *h);
/* Switches the lines off and gives them back; after nothing at all too. */
void outputs_end(struct hub *h);
/* Every output of that kind. It never waits; what fails is a fault and tried again. −ENOENT: the
 * home has none. */
int outputs_set(struct hub *h, enum output_kind kind, bool is_on);
/* What is not as wished, or on, is written once more. */
void outputs_again(struct hub *h);
/* The bus is open, or a slave of it is back or lost its power: nothing is known of its outputs. */
void outputs_bus_is_back(struct hub_source *bus);
/* A source_modbus_on_written; userdata is the bus' hub_source. */
void outputs_on_written(const struct modbus_write *write, int error, void *userdata);
/* A technician switches one kind, until he says otherwise or the hub does: a verb of requests.h. */
int outputs_request(struct hub *h, const json_t *request, json_t *answer);
/* Adds to `count` faults; how many there are now, at most HEARTBEAT_FAULTS_MAX. */
unsigned int outputs_faults(const struct hub *h,
	char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX], unsigned int count);
