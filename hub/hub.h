/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub as one whole: its parts and what connects them. One instance a program, on one loop; the
 * parts themselves do not know this header, except those that are the connection (hub.c, duties.c,
 * senses.c, requests.c, main.c).
 */
#pragma once

#include "common/control.h"
#include "common/health.h"
#include "common/heartbeat.h"
#include "hub/config.h"
#include "hub/dialogue.h"
#include "hub/episodes.h"
#include "hub/faults.h"
#include "hub/history.h"
#include "hub/judge.h"
#include "hub/lately.h"
#include "hub/outputs.h"
#include "hub/pause.h"
#include "hub/rhythm.h"
#include "hub/supervision.h"
#include "hub/uplink.h"
#include "hub/voice.h"
#include "hub/waiting.h"
#include "hub/windows.h"
#include "sensors/jamming.h"
#include "sensors/pairing.h"
#include "sensors/source.h"

#define HUB_REPLAYS_MAX      32
#define HUB_RADIOS_MAX       1
#define HUB_GPIO_SOURCES_MAX 1
#define HUB_SOURCES_MAX      (HUB_REPLAYS_MAX + HUB_RADIOS_MAX + HUB_BUSES_MAX + HUB_GPIO_SOURCES_MAX)
#define HUB_TICK_US          (10 * US_PER_S) /* the slow round: health, what left memory */
#define HUB_COUNTERS_US      (30 * US_PER_S) /* counters that moved are saved at least this often */
#define HUB_BURST_US         (10 * US_PER_S) /* a sensor silent this long begins a new burst */
#define HUB_SLOW_US          (100 * US_PER_MS)

struct hub;
struct discovery;
struct walk;

/* One way in, with what it last said of itself. */
struct hub_source {
	struct source *source;                /* NULL: a place that a link left */
	struct hub *hub;                      /* borrowed: the owner */
	const struct roster_sensor *wearable; /* the one it streams for; a recording's once heard */
	struct source_health health;
	bool is_receiver;        /* the radio's */
	bool is_link;            /* a wearable's, which can buzz … */
	enum dialogue_buzz buzz; /* … and how it does */
	bool is_bus;
	unsigned int bus; /* of config.modbus.buses */
	bool is_gpio;     /* all lines */
};

/* What is kept of what is heard (hub/keep.c). */
struct hub_keep {
	struct history *history;
	struct windows *windows;   /* NULL without a key */
	const char *windows_state; /* what a technician is told of them */
	struct diary diary;
	struct sensor_id known[ROSTER_SENSORS_MAX]; /* whom the history knows in each row */
	uint64_t next_us;
};

#define HUB_ASIDES 2 /* roster.yaml, roster.keys */

/* A file of enrolled sensors that could not be used (hub/roster_aside.h). */
struct hub_aside {
	bool is_on;
	char path[HUB_PATH_MAX];      /* gone, it is over; "": at the next start */
	char what[INCIDENT_TEXT_MAX]; /* in French */
};

/* What was, and is worth a technician's knowing for a while. */
struct watch_notes {
	int64_t offset_us; /* wall clock over boot clock, as last seen; 0: not yet */
	uint64_t link_lost_us, link_back_us, clock_us; /* 0: never */
	int64_t stepped_ms;
	int starts;       /* within an hour, when this run began */
	uint64_t reports; /* of the radio, as last counted */
};

struct hub {
	const char *config_path; /* borrowed for ever */
	struct hub_config config;
	sd_event *event;
	sd_event_source *timer;
	uint64_t armed_us; /* when the timer is set to go off */
	struct device_keys keys;
	struct pairing *pairing; /* NULL: no wearable to be linked yet */
	struct judge *judge;
	struct waiting waiting; /* shocks not yet told */
	struct lately lately;
	struct supervision supervision;
	struct rhythm *rhythm;  /* NULL: off */
	int64_t played_from_ms; /* UTC of the first record of a home that is played, 0: none … */
	double played_speed;    /* … and how fast */
	struct faults faults;
	struct jamming jamming;
	struct watch_notes notes;
	struct hub_aside asides[HUB_ASIDES];
	struct outbox *outbox;
	struct episodes episodes;
	struct uplink *uplink;
	struct outputs outputs;
	struct walk *walk;           /* NULL: no installer walks (hub/walk.h) */
	struct discovery *discovery; /* NULL: nobody looks who is on air (hub/discovery.h) */
	struct control *control;
	struct voice *voice; /* NULL in a home that has none */
	struct dialogue dialogue;
	struct pause pause;
	uint64_t pause_pressed_us;   /* the pause button, last */
	struct dialogue_signs signs; /* as they were last shown */
	struct health *health;
	struct hub_keep keep;
	int loop_part, outbox_part;
	unsigned int sources_count, sources_ended;
	unsigned int endless_count; /* of sources_count: radio, buses and lines */
	struct hub_source sources[HUB_SOURCES_MAX];
	bool is_exit_at_end;
	uint64_t started_us, heartbeat_us, tick_us, counters_us, watched_us;
	uint64_t readings, batches, strangers, malformed, unknown_receipts;
	uint32_t tests;
};

/* config, keys, event and sources are set: makes all other parts, takes up what is open, begins to
 * connect. 0 or −errno, with what failed logged; hub_done() in any case, of an all-zero hub too. */
int hub_init(struct hub *h);
void hub_done(struct hub *h);
/* READY=1, then the loop until SIGTERM, SIGINT or, when asked so, the end of all sources. */
int hub_run(struct hub *h);

/* Both clocks now. Only the connecting parts read them. */
struct moment hub_now(void);
/* Sets the timer to what is due next; after anything that may have made something due. */
void hub_arm(struct hub *h);
/* The timer and the health of the loop (duties.c): 0 or -errno. */
int hub_begin_duties(struct hub *h);
void hub_send_heartbeat(struct hub *h, struct moment at);
/* Commits the counters of radio devices, where one moved on. */
void hub_save_counters(struct hub *h, struct moment at);
/* A suspicion on its way to the centre: its row; −EALREADY when it adds nothing; −errno. */
int hub_suspect(struct hub *h, const struct suspicion *s, struct moment at);
/* What a technician should know, at most HEARTBEAT_FAULTS_MAX: how many. */
unsigned int hub_faults(const struct hub *h, char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX]);

/* The listener that every source of this hub is given (senses.c). */
struct source_listener hub_listener(struct hub_source *source);
/* The home's rhythm (living.c): made and taken up, a reading heard, time passed, saved and gone. */
int hub_begin_rhythm(struct hub *h);
void hub_live(struct hub *h, const struct roster_sensor *sensor, const struct reading *reading,
	struct moment at);
/* The resident pressed or answered; fine: said that all is well. */
void hub_answered(struct hub *h, bool is_fine, struct moment at);
void hub_look(struct hub *h, struct moment at);
void hub_end_rhythm(struct hub *h);
/* A way in by which rooms are heard is deaf; a wearable's link says nothing of them, and of lines
 * each sensor is told for itself. */
bool hub_is_deaf(const struct hub *h);
/* Time passed: what wearables that fell silent still had to say, what waited for more evidence. */
void hub_silence(struct hub *h, struct moment at);
/* What the judge concluded since becomes incidents, or adds to them. */
void hub_conclude(struct hub *h, struct moment at);

/* Answers a request on the control socket (requests.c; verbs in docs/PROTOCOL.md). */
int hub_on_request(const char *verb, const json_t *request, json_t *answer, void *userdata);

/* A handler of the loop under the clock: over HUB_SLOW_US is logged with its name. */
struct stint {
	const char *name; /* borrowed for ever */
	uint64_t began_us;
};
struct stint stint_begin(const char *name);
void stint_end(struct stint *s);
