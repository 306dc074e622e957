/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any packets, at any times, to what keeps a controller scanning: each a byte of length, a byte of
 * tenths of a second since the one before, and that many bytes. A command has an opcode and fits; a
 * failure has a reason; what is due lies ahead, or nothing is. The same bytes as news of adapters.
 */
#include "sensors/adapter.h"
#include "sensors/scanning.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

#define TENTH_US 100000

static void check(const struct scanning *s, uint64_t now_us, enum scanning_turn turn,
	const struct scanning_command *command)
{
	uint64_t next_us = scanning_next_us(s);

	if (turn == SCANNING_SEND &&
		(command->opcode == 0 || command->length > SCANNING_PARAMETERS_MAX))
		abort();
	if (turn == SCANNING_FAILED && (!s->why[0] || s->step != SCANNING_IDLE))
		abort();
	if (turn == SCANNING_HEARS && s->step != SCANNING_ON)
		abort();
	if (next_us != UINT64_MAX && next_us <= now_us)
		abort();
	if (strnlen(s->why, sizeof(s->why)) == sizeof(s->why))
		abort();
}

static void hear(struct scanning *s, uint64_t now_us, struct bytes packet, bool is_active)
{
	struct scanning_command command = {0};
	struct adapter_news news;

	check(s, now_us,
		scanning_packet(s, now_us, packet.at ? packet.at : (const uint8_t *)"", packet.left,
			&command),
		&command);
	check(s, now_us, scanning_ask(s, is_active, now_us, &command), &command);
	if (adapter_news_read(packet.at, (uint32_t)packet.left, &news) &&
		news.is_up == news.is_gone)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	struct bytes b = bytes_of(at, size);
	struct scanning_command command = {0};
	uint64_t now_us = 1;
	struct scanning s;

	scanning_init(&s, false);
	check(&s, now_us, scanning_begin(&s, now_us, &command), &command);
	while (b.left > 0) {
		uint8_t length = bytes_u8(&b), tenths = bytes_u8(&b);
		struct bytes packet = bytes_sub(&b, length);

		if (packet.is_short)
			break;
		now_us += (uint64_t)tenths * TENTH_US;
		check(&s, now_us, scanning_time(&s, now_us, &command), &command);
		hear(&s, now_us, packet, tenths & 1);
		if (s.step == SCANNING_IDLE)
			check(&s, now_us, scanning_begin(&s, now_us, &command), &command);
	}
	if (scanning_end(&s, &command) && command.parameters[0] != 0)
		abort();
	return 0;
}
