/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's own power, as the kernel's power_supply class shows it (Documentation/ABI/testing/
 * sysfs-class-power): a look at two small files a supply, at the pace of the slow round; a cut must
 * last a minute to be told, and nobody has to be waked for it.
 */
#pragma once

#define MAINS_DIR          "/sys/class/power_supply"
#define MAINS_SUPPLIES_MAX 16

/* 1 while any supply of type Mains or USB is online, 0 while none is, −ENOENT where there is no
 * such supply: a machine without a battery does not know. */
int mains_look(const char *dir);
