/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slaves on a Modbus bus, told by lines on standard input what they shall be; each line is answered
 * by one. `modbus_peer tcp PORT` (0 for a free one) or `modbus_peer rtu DEVICE`; says "ready PORT".
 *   slave N · bit N ADDRESS 0|1 (discrete input) · word N ADDRESS VALUE (input register)
 *   coil N ADDRESS (says 0 or 1) · mood N WORD (modbus_answers.h) · requests N · quit
 */
#include "tests/fakes/modbus_slaves.h"

#define LINE_MAX_BYTES 128

static int mood_of(const char *word)
{
	for (int n = 0; n < MOODS; n++)
		if (strcmp(word, slave_moods[n]) == 0)
			return n;
	return -1;
}

/* False for a line that is none of the above. */
static bool obey(struct fake_slaves *f, const char *line)
{
	unsigned int slave, address, value;
	char word[16];

	if (sscanf(line, "slave %u", &slave) == 1)
		slaves_add(f, (uint8_t)slave);
	else if (sscanf(line, "bit %u %u %u", &slave, &address, &value) == 3)
		slaves_set_bit(f, (uint8_t)slave, (uint16_t)address, value != 0);
	else if (sscanf(line, "word %u %u %u", &slave, &address, &value) == 3)
		slaves_set_word(f, (uint8_t)slave, (uint16_t)address, (uint16_t)value);
	else if (sscanf(line, "mood %u %15s", &slave, word) == 2 && mood_of(word) >= 0)
		slaves_set_mood(f, (uint8_t)slave, (enum slave_mood)mood_of(word));
	else if (sscanf(line, "coil %u %u", &slave, &address) == 2)
		(void)printf("%d ", slaves_coil(f, (uint8_t)slave, (uint16_t)address));
	else if (sscanf(line, "requests %u", &slave) == 1)
		(void)printf("%llu ", (unsigned long long)slaves_requests(f, (uint8_t)slave));
	else
		return false;
	return true;
}

int main(int argc, char *argv[])
{
	static struct fake_slaves f;
	char line[LINE_MAX_BYTES];

	if (argc != 3 || (strcmp(argv[1], "tcp") != 0 && strcmp(argv[1], "rtu") != 0)) {
		(void)fprintf(stderr, "usage: modbus_peer tcp PORT | rtu DEVICE\n");
		return 2;
	}
	if (strcmp(argv[1], "tcp") == 0)
		slaves_listen(&f, (uint16_t)strtoul(argv[2], NULL, 10));
	else
		slaves_open(&f, argv[2]);
	(void)printf("ready %u\n", f.port);
	(void)fflush(stdout);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n") != 0) {
		(void)fputs(obey(&f, line) ? "ok\n" : "what?\n", stdout);
		(void)fflush(stdout);
	}
	slaves_end(&f);
	return 0;
}
