/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts a recording. Names are our own enumerations': the JSON needs no quoting.
 */
#include "sensors/replay_stats.h"

#include "common/cleanup.h"
#include "sensors/receiver.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

DEFINE_CLEANUP(struct recording *, recording_free_p, recording_free)

/* Too large for the stack of a small thread. */
struct reading_room {
	struct receiver receiver;
	struct device_keys own_keys;
	struct recording_record record;
};

static struct reading_room *reading_room_free(struct reading_room *room)
{
	device_keys_done(&room->own_keys);
	free(room);
	return NULL;
}

DEFINE_CLEANUP(struct reading_room *, reading_room_free_p, reading_room_free)

static void count_record(struct replay_stats *s, struct reading_room *room)
{
	const struct recording_record *record = &room->record;

	s->duration_us = record->offset_us;
	switch (record->what) {
	case RECORDING_ACCEL:
		s->records += record->accel.count;
		s->accel_samples += record->accel.count;
		s->accel_batches++;
		break;
	case RECORDING_READING:
		s->records++;
		s->readings++;
		break;
	case RECORDING_PACKET:
		s->records++;
		if (record->packet.is_received)
			receiver_packet(&room->receiver, record->offset_us, record->packet.at,
				record->packet.bytes);
		else
			s->packets_sent++;
		break;
	}
}

int replay_stats_read(const char *path, struct device_keys *keys, struct replay_stats *ret,
	char ret_error[RECORDING_ERROR_MAX])
{
	_cleanup_(reading_room_free_p) struct reading_room *room = calloc(1, sizeof(*room));
	_cleanup_(recording_free_p) struct recording *r = NULL;
	struct replay_stats s = {0};
	int error;

	*ret = s;
	if (!room)
		return -ENOMEM;
	error = recording_open(&r, path, NULL, ret_error);
	if (error < 0)
		return error;
	receiver_init(&room->receiver, keys ? keys : &room->own_keys, NULL, NULL);
	receiver_discover(&room->receiver, true);
	while ((error = recording_next(r, &room->record)) > 0)
		count_record(&s, room);
	if (error < 0)
		(void)snprintf(ret_error, RECORDING_ERROR_MAX, "%s", recording_error(r));
	s.hci = room->receiver.hci.counters;
	s.decoding = room->receiver.decoding;
	s.readings += s.decoding.readings;
	*ret = s;
	return error;
}

static void print_number(FILE *to, const char *key, uint64_t number)
{
	(void)fprintf(to, "\"%s\":%" PRIu64 ",", key, number);
}

static void print_decoding(FILE *to, const struct decoding_counters *c)
{
	(void)fputs("\"decoded\":{", to);
	for (int i = 0; decoders[i]; i++)
		(void)fprintf(
			to, "%s\"%s\":%" PRIu64, i ? "," : "", decoders[i]->name, c->decoded[i]);
	(void)fputs("},\"refused\":{", to);
	for (int i = 0; i < REFUSALS; i++)
		(void)fprintf(
			to, "%s\"%s\":%" PRIu64, i ? "," : "", refusal_names[i], c->refused[i]);
	(void)fputs("},", to);
}

int replay_stats_print(const struct replay_stats *s, FILE *to)
{
	(void)fputc('{', to);
	print_number(to, "records", s->records);
	print_number(to, "packets_sent", s->packets_sent);
	print_number(to, "advertising_reports", s->hci.advertising_reports);
	print_number(to, "extended_advertising_reports", s->hci.extended_advertising_reports);
	print_number(to, "extended_truncated", s->hci.truncated);
	print_number(to, "notifications", s->hci.notifications);
	print_number(to, "indications", s->hci.indications);
	print_number(to, "malformed", s->hci.malformed);
	print_number(to, "unknown", s->decoding.unknown);
	print_decoding(to, &s->decoding);
	print_number(to, "readings", s->readings);
	print_number(to, "accel_samples", s->accel_samples);
	print_number(to, "accel_batches", s->accel_batches);
	(void)fprintf(to, "\"duration_ms\":%" PRIu64 "}\n", s->duration_us / 1000);
	return fflush(to) == 0 && !ferror(to) ? 0 : -EIO;
}
