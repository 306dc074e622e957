/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source that keeps a link to one wearable (gatt.h, wearable.h) over L2CAP; one for each
 * wearable, as many as there are. Loop thread only; never waits.
 *
 * Health: HEARING while linked and all is found, STARTING otherwise with the reason in `why`. That
 * a wearable is away is no deafness of ours: how long it may be silent is the roster's matter.
 *
 * It costs the wearable nothing to be waited for: the kernel connects when it hears the wearable
 * advertise. A try lasts 25 s; the next follows after 1 s, doubling to 30 s while none succeeds.
 * A link that is lost is told by the kernel within the link's own supervision time-out.
 *
 * A wearable that refuses something to who is not paired is paired with, and its links are
 * encrypted from then on (link_security.h); what comes to nothing there is told as DEAF.
 */
#pragma once

#include "sensors/adapter.h"
#include "sensors/gatt_socket.h"
#include "sensors/pairing.h"
#include "sensors/source.h"
#include "sensors/wearable.h"

#include <systemd/sd-event.h>

#define SOURCE_GATT_TRY_US       UINT64_C(25000000)
#define SOURCE_GATT_PAIR_US      UINT64_C(35000000) /* the kernel gives up after 30 s */
#define SOURCE_GATT_PAUSE_MIN_US UINT64_C(1000000)
#define SOURCE_GATT_PAUSE_MAX_US UINT64_C(30000000)

struct source_gatt_options {
	const char *sensor; /* the wearable's address, "A4:C1:38:8D:18:B2" */
	enum gatt_address type;
	const char *adapter;            /* "" for any */
	const struct pairing *pairing;  /* borrowed; NULL: the hub pairs with nobody */
	const struct gatt_calls *calls; /* borrowed; NULL: the kernel's */
};

/* 0; −EINVAL for what is no address; −ENOMEM. */
int source_gatt_new(struct source **ret, sd_event *event, const struct source_gatt_options *options,
	const struct source_listener *listener);
/* The adapter has just come up: the kernel may have forgotten that a link was waited for (6.1 does,
 * when an adapter comes up in the middle). Where there is no link, tries anew in a second. */
void source_gatt_again(struct source *s);
/* Makes it buzz, or be silent. 0; −ENOTCONN; −ENOENT it cannot. */
int source_gatt_alert(struct source *s, enum wearable_alert alert);
