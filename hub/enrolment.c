/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A candidate of the roster's file is written beside it, read back with the configuration as the
 * next start would, and takes its place only when both agree.
 */
#include "hub/enrolment.h"

#include "common/cleanup.h"
#include "common/file_atomic.h"
#include "common/log.h"
#include "hub/radio.h"
#include "hub/roster_aside.h"
#include "hub/watch.h"
#include "hub/watch_tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void keys_path(const struct hub *h, char ret[HUB_PATH_MAX])
{
	(void)snprintf(ret, HUB_PATH_MAX, "%.*s/%s", HUB_PATH_MAX - (int)sizeof("/" ENROLMENT_KEYS),
		h->config.state_dir, ENROLMENT_KEYS);
}

/* Installed radio sensors are never forgotten in favour of strangers. */
static void begin_device(struct hub *h, const struct roster_sensor *sensor)
{
	struct device_key *device = NULL;
	uint8_t address[6];

	if (device_address_from_text(sensor->id.text, address) == 0)
		device = device_keys_ensure(&h->keys, address);
	if (device)
		device->is_enrolled = true;
}

int enrolment_begin(struct hub *h, bool is_forgiving, char ret_error[DEVICE_KEYS_ERROR_MAX])
{
	char path[HUB_PATH_MAX];
	int r;

	keys_path(h, path);
	r = device_keys_load_kept(&h->keys, path, ret_error);
	if (r < 0 && (r == -ENOMEM || !is_forgiving))
		return r;
	if (r < 0)
		roster_aside_keys(h, path, ret_error);
	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		begin_device(h, s);
	/* those who are missing may come back */
	if (h->config.found.is_short)
		return 0;
	/* of a sensor whose enrolment was cut short */
	for (unsigned int n = 0; n < h->keys.count; n++)
		if (h->keys.devices[n].is_kept && !h->keys.devices[n].is_enrolled)
			device_keys_forget(&h->keys, h->keys.devices[n].address);
	return 0;
}

/* Everything that keeps something of a sensor hears of one more … */
static int begin_sensor(struct hub *h, const struct roster_sensor *sensor, struct moment at)
{
	int r = judge_add(h->judge, sensor);

	if (r < 0)
		return r;
	begin_device(h, sensor);
	watch_add(h, sensor, at);
	if (sensor->has_link && h->config.has_bluetooth)
		(void)radio_add_link(h, sensor);
	return 0;
}

/* … or of one less. */
static void end_sensor(struct hub *h, const struct roster_sensor *sensor, struct moment at)
{
	uint8_t address[6];

	radio_remove_link(h, sensor);
	watch_remove(h, sensor, at);
	judge_remove(h->judge, sensor);
	if (device_address_from_text(sensor->id.text, address) < 0)
		return;
	device_keys_forget(&h->keys, address);
	(void)outbox_forget_counter(h->outbox, address);
}

/* What the next start would find, or what it would say: the roster that path.new makes. */
static int read_back(const struct hub *h, const char *path, struct roster *ret,
	char ret_error[HUB_CONFIG_ERROR_MAX])
{
	_cleanup_(free_p) struct hub_config *c = calloc(1, sizeof(*c));
	char new_path[FILE_ATOMIC_PATH_MAX];
	int r;

	if (!c)
		return -ENOMEM;
	file_atomic_new_path(path, new_path);
	r = hub_config_load_how(h->config_path,
		&(struct hub_config_how){
			.roster_path = new_path, .may_lack_sensors = h->config.found.is_short},
		c, ret_error);
	if (r == 0)
		*ret = c->roster;
	return r;
}

/* Its key goes into memory and file; an old counter is forgotten. */
static int set_key(struct hub *h, const struct sensor_id *id, const char *key)
{
	char path[HUB_PATH_MAX];
	uint8_t address[6];
	int r;

	if (!key)
		return 0;
	if (device_address_from_text(id->text, address) < 0)
		return -EINVAL;
	r = device_keys_set(&h->keys, address, key);
	if (r < 0)
		return r;
	device_keys_find(&h->keys, address)->is_kept = true;
	(void)outbox_forget_counter(h->outbox, address);
	keys_path(h, path);
	r = device_keys_keep(&h->keys, path);
	if (r < 0)
		device_keys_forget(&h->keys, address);
	return r;
}

static int adopt_new(struct hub *h, const char *path, const struct roster_sensor *sensor,
	const char *key, struct moment at)
{
	struct roster *roster = &h->config.roster;
	int r = roster_add(roster, sensor);

	if (r == 0)
		r = begin_sensor(h, roster_find(roster, &sensor->id), at);
	if (r == 0)
		r = set_key(h, &sensor->id, key);
	if (r == 0)
		r = file_atomic_adopt(path);
	if (r == 0)
		return 0;
	if (roster_find(roster, &sensor->id)) {
		end_sensor(h, roster_find(roster, &sensor->id), at);
		(void)roster_remove(roster, &sensor->id);
	}
	return r;
}

/* The one that the running hub does not have. */
static const struct roster_sensor *newcomer(struct hub *h, const struct roster *roster)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(roster, s));)
		if (s->is_added && !roster_find(&h->config.roster, &s->id))
			return s;
	return NULL;
}

int enrolment_add(struct hub *h, const struct roster_field fields[], unsigned int count,
	const char *key, struct moment at, const struct roster_sensor **ret,
	char ret_error[HUB_CONFIG_ERROR_MAX])
{
	_cleanup_(free_p) struct roster *roster = calloc(1, sizeof(*roster));
	const struct roster_sensor *sensor = NULL;
	char path[HUB_PATH_MAX];
	int r;

	if (!roster)
		return -ENOMEM;
	roster_file_path(h->config.state_dir, path);
	r = roster_file_prepare_more(path, fields, count);
	if (r == 0)
		r = read_back(h, path, roster, ret_error);
	if (r == 0)
		sensor = newcomer(h, roster);
	if (r == 0)
		r = sensor ? adopt_new(h, path, sensor, key, at) : -EINVAL;
	if (r < 0) {
		file_atomic_drop(path);
		return r;
	}
	*ret = roster_find(&h->config.roster, &sensor->id);
	log_info("roster: a %s was enrolled, %u sensors", sensor_role_text(sensor->role),
		h->config.roster.installed);
	hub_arm(h);
	return 0;
}

/* The keys that are left; what fails is tidied up at the next start. */
static void keep_keys(struct hub *h)
{
	char path[HUB_PATH_MAX];
	int r;

	keys_path(h, path);
	r = device_keys_keep(&h->keys, path);
	if (r < 0)
		log_warning("roster: the keys could not be written: %s", strerror(-r));
}

int enrolment_remove(struct hub *h, const struct sensor_id *id, struct moment at,
	char ret_error[HUB_CONFIG_ERROR_MAX])
{
	_cleanup_(free_p) struct roster *left = calloc(1, sizeof(*left));
	const struct roster_sensor *sensor = roster_find(&h->config.roster, id);
	char path[HUB_PATH_MAX];
	int r;

	if (!left)
		return -ENOMEM;
	if (!sensor)
		return -ENOENT;
	if (!sensor->is_added)
		return -EPERM;
	roster_file_path(h->config.state_dir, path);
	r = roster_file_prepare_less(path, id);
	if (r == 0)
		r = read_back(h, path, left, ret_error);
	if (r == 0)
		r = file_atomic_adopt(path);
	if (r < 0) {
		file_atomic_drop(path);
		return r == -ENOENT ? -EUCLEAN : r;
	}
	end_sensor(h, sensor, at);
	log_info("roster: a %s was removed", sensor_role_text(sensor->role));
	(void)roster_remove(&h->config.roster, id);
	watch_tell(h, at);
	keep_keys(h);
	hub_arm(h);
	return 0;
}
