/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of decoders, and the one place where what they say is counted.
 */
#include "sensors/decoder.h"

#include "sensors/decoders/bthome_v2.h"

#include <errno.h>

const struct decoder *const decoders[] = {
	&bthome_v2_decoder,
	NULL,
};
_Static_assert(sizeof(decoders) / sizeof(decoders[0]) <= DECODERS_MAX + 1, "counters for all");

const char *const refusal_names[REFUSALS] = {
	[REFUSED_CORRUPT] = "corrupt",
	[REFUSED_IMPOSSIBLE] = "impossible",
	[REFUSED_NO_KEY] = "no_key",
	[REFUSED_NOT_AUTHENTIC] = "not_authentic",
	[REFUSED_REPLAYED] = "replayed",
	[REFUSED_DOWNGRADED] = "downgraded",
	[REFUSED_REPEATED] = "repeated",
	[REFUSED_VERSION] = "version",
};

static enum refusal refusal_of(int error)
{
	switch (error) {
	case -ERANGE:
		return REFUSED_IMPOSSIBLE;
	case -ENOKEY:
		return REFUSED_NO_KEY;
	case -EKEYREJECTED:
		return REFUSED_NOT_AUTHENTIC;
	case -ESTALE:
		return REFUSED_REPLAYED;
	case -EPROTO:
		return REFUSED_DOWNGRADED;
	case -EALREADY:
		return REFUSED_REPEATED;
	case -EPROTONOSUPPORT:
		return REFUSED_VERSION;
	default:
		return REFUSED_CORRUPT;
	}
}

static void count(
	struct decoding_counters *counters, int index, int answer, const struct decoded *d)
{
	if (answer < 0 && answer != -ENODATA) {
		counters->refused[refusal_of(answer)]++;
		return;
	}
	counters->decoded[index]++;
	if (answer == -ENODATA)
		return;
	counters->readings += d->count;
	counters->refused[REFUSED_IMPOSSIBLE] += d->impossible;
	counters->refused[REFUSED_CORRUPT] += d->is_cut;
}

int decoders_decode(const struct advertisement *a, struct device_keys *keys,
	struct decoding_counters *counters, struct decoded *ret)
{
	for (int i = 0; decoders[i]; i++) {
		int answer = decoders[i]->decode(a, keys, ret);

		if (answer == 0)
			continue;
		count(counters, i, answer, ret);
		return answer;
	}
	counters->unknown++;
	return 0;
}
