/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One descriptor. An adapter where bonds are not allowed yet is one that nobody sees to: it gets
 * the keys and is allowed them.
 */
#include "sensors/pairing.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "sensors/adapter.h"
#include "sensors/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BURST          32
#define ADAPTERS_MAX   16
#define ONE_PAIRING_US (5 * US_PER_S) /* within it come all keys of a pairing */

struct known {
	uint8_t address[6];
	struct sensor_id sensor;
	char adapter[ADAPTER_NAME_MAX];
};

struct pairing {
	sd_event *event;
	sd_event_source *channel;
	struct pairing_options options;
	char path[FILENAME_MAX];
	int fd; /* −1: not open yet */
	struct known known[PAIRING_WEARABLES_MAX];
	unsigned int known_count;
	struct pairing_keys keys;
	uint8_t paired[6]; /* whose keys come in just now, and since when */
	uint64_t paired_us;
};

DEFINE_CLEANUP(struct pairing *, pairing_free_p, pairing_free)

static int connect_kernel(int *ret_fd, void *userdata)
{
	(void)userdata;
	return adapter_management(ret_fd);
}

static bool is_index_kernel(const char *adapter, uint16_t index, void *userdata)
{
	(void)userdata;
	return adapter_is(adapter, index);
}

static int list_kernel(uint16_t *ret, unsigned int most, void *userdata)
{
	(void)userdata;
	return adapter_list(ret, most);
}

const struct pairing_calls pairing_kernel = {
	.connect = connect_kernel, .is_index = is_index_kernel, .list = list_kernel};

/* What the kernel does not take now it is asked again when an adapter comes up. */
static void send_packet(const struct pairing *p, const struct management_packet *packet)
{
	(void)send(p->fd, packet->at, packet->count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool is_ours(const struct pairing *p, uint16_t index)
{
	const struct pairing_calls *calls = p->options.calls;

	for (unsigned int n = 0; n < p->known_count; n++)
		if (calls->is_index(p->known[n].adapter, index, calls->userdata))
			return true;
	return false;
}

static const struct known *find(const struct pairing *p, const uint8_t address[6], uint16_t index)
{
	const struct pairing_calls *calls = p->options.calls;

	for (unsigned int n = 0; n < p->known_count; n++)
		if (memcmp(p->known[n].address, address, 6) == 0 &&
			calls->is_index(p->known[n].adapter, index, calls->userdata))
			return &p->known[n];
	return NULL;
}

static void ask_settings(const struct pairing *p, uint16_t index)
{
	const struct management_packet ask = management_ask_settings(index);

	if (is_ours(p, index))
		send_packet(p, &ask);
}

static void see_to(const struct pairing *p, uint16_t index)
{
	struct management_packet keys = management_load_keys(index, p->keys.keys, p->keys.count);
	const struct management_packet allow = management_allow_bonds(index);

	if (p->keys.count > 0)
		send_packet(p, &keys);
	explicit_bzero(&keys, sizeof(keys));
	send_packet(p, &allow);
}

/* The first key of a pairing takes the place of all those of the pairing before. */
static void take_key(struct pairing *p, const struct management_event *e)
{
	const struct known *known = find(p, e->address, e->index);
	uint64_t now_us = clock_boot_us();
	bool is_first = memcmp(p->paired, e->address, 6) != 0 || p->paired_us == 0 ||
			now_us - p->paired_us > ONE_PAIRING_US;
	int r;

	if (!known || !e->is_to_be_kept)
		return;
	if (is_first)
		(void)pairing_keys_forget(&p->keys, e->address);
	memcpy(p->paired, e->address, 6);
	p->paired_us = now_us;
	r = pairing_keys_put(&p->keys, &e->key);
	if (r == 0)
		r = pairing_keys_save(&p->keys, p->path);
	if ((is_first || r < 0) && p->options.on_paired)
		p->options.on_paired(&known->sensor, r, p->options.userdata);
}

static void answer(const struct pairing *p, const struct management_event *e)
{
	const struct management_packet yes = management_confirm(e);

	if (find(p, e->address, e->index))
		send_packet(p, &yes);
}

static void take(struct pairing *p, const struct management_event *e)
{
	switch (e->word) {
	case MANAGEMENT_ADAPTER:
		ask_settings(p, e->index);
		break;
	case MANAGEMENT_SETTINGS:
		if (!e->is_bondable && is_ours(p, e->index))
			see_to(p, e->index);
		break;
	case MANAGEMENT_CONFIRM:
		answer(p, e);
		break;
	case MANAGEMENT_KEY:
		take_key(p, e);
		break;
	}
}

static void shut(struct pairing *p)
{
	p->channel = sd_event_source_disable_unref(p->channel);
	close_p(&p->fd);
	p->fd = -1;
}

static int on_channel(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct pairing *p = userdata;
	uint8_t packet[MANAGEMENT_BYTES_MAX];
	struct management_event e = {0};

	(void)source;
	(void)events;
	for (int n = 0; n < BURST; n++) {
		ssize_t count = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);

		if (count < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (count <= 0) {
			shut(p);
			break;
		}
		if (management_read(packet, (size_t)count, &e) > 0)
			take(p, &e);
	}
	explicit_bzero(packet, sizeof(packet));
	explicit_bzero(&e, sizeof(e));
	return 0;
}

void pairing_look(struct pairing *p)
{
	const struct pairing_calls *calls = p->options.calls;
	uint16_t indices[ADAPTERS_MAX];
	int count;

	if (p->known_count == 0)
		return;
	if (p->fd < 0 && calls->connect(&p->fd, calls->userdata) < 0)
		return; /* no Bluetooth in this kernel yet */
	if (!p->channel &&
		sd_event_add_io(p->event, &p->channel, p->fd, EPOLLIN, on_channel, p) < 0) {
		shut(p);
		return;
	}
	count = calls->list(indices, ADAPTERS_MAX, calls->userdata);
	for (int n = 0; n < count; n++)
		ask_settings(p, indices[n]);
}

int pairing_know(struct pairing *p, const char *sensor, const char *adapter)
{
	struct known known = {0};

	if (device_address_from_text(sensor, known.address) < 0)
		return -EINVAL;
	if (p->known_count == PAIRING_WEARABLES_MAX)
		return -ENOSPC;
	(void)snprintf(known.sensor.text, sizeof(known.sensor.text), "%s", sensor);
	(void)snprintf(known.adapter, sizeof(known.adapter), "%s", adapter);
	p->known[p->known_count++] = known;
	pairing_look(p);
	return 0;
}

/* By every adapter that may have had a part in it. */
static void unpair(struct pairing *p, const struct management_key *key)
{
	const struct pairing_calls *calls = p->options.calls;
	uint16_t indices[ADAPTERS_MAX];
	int count = calls->list(indices, ADAPTERS_MAX, calls->userdata);

	for (int n = 0; n < count && p->fd >= 0; n++) {
		const struct management_packet packet = management_unpair(indices[n], key);

		if (is_ours(p, indices[n]))
			send_packet(p, &packet);
	}
}

void pairing_forget(struct pairing *p, const char *sensor)
{
	uint8_t address[6], its[6];
	unsigned int kept = 0;

	if (device_address_from_text(sensor, address) < 0)
		return;
	for (unsigned int n = 0; n < p->keys.count; n++) {
		management_key_address(&p->keys.keys[n], its);
		if (memcmp(its, address, sizeof(its)) == 0)
			unpair(p, &p->keys.keys[n]);
	}
	if (pairing_keys_forget(&p->keys, address))
		(void)pairing_keys_save(&p->keys, p->path);
	for (unsigned int n = 0; n < p->known_count; n++)
		if (memcmp(p->known[n].address, address, sizeof(address)) != 0)
			p->known[kept++] = p->known[n];
	p->known_count = kept;
}

bool pairing_has(const struct pairing *p, const uint8_t address[6])
{
	return pairing_keys_has(&p->keys, address);
}

int pairing_new(struct pairing **ret, sd_event *event, const struct pairing_options *options,
	char ret_error[PAIRING_ERROR_MAX])
{
	_cleanup_(pairing_free_p) struct pairing *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	p->fd = -1;
	(void)snprintf(p->path, sizeof(p->path), "%s", options->path);
	p->event = sd_event_ref(event);
	p->options = *options;
	if (!p->options.calls)
		p->options.calls = &pairing_kernel;
	r = pairing_keys_load(&p->keys, p->path, ret_error);
	if (r < 0)
		return r;
	*ret = p;
	p = NULL;
	return 0;
}

struct pairing *pairing_free(struct pairing *p)
{
	if (!p)
		return NULL;
	shut(p);
	(void)sd_event_unref(p->event);
	explicit_bzero(p, sizeof(*p));
	free(p);
	return NULL;
}
