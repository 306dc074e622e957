/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-ctl: see vigie-ctl(1) and ctl.h.
 */
#include "common/ctl/ctl.h"

int main(int argc, char *argv[])
{
	return ctl_run(argc, argv, stdout, stderr);
}
