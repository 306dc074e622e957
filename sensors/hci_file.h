/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of sensors/hci: events (hci_reports.c) and data (hci_acl.c). Nobody else includes
 * this.
 */
#pragma once

#include "sensors/hci.h"

/* The connection's row; made in the place of the longest unused where there is none. */
struct hci_connection *hci_connection_ensure(struct hci *h, uint16_t handle);

/* The parameters of an LE Meta event, after its subevent code. Both count what is malformed. Not as
 * a cursor: it would go through memory, which costs each report 1.5 ns. */
void hci_legacy_reports(struct hci *h, uint64_t now_us, const uint8_t *parameters, size_t count);
void hci_extended_reports(struct hci *h, uint64_t now_us, const uint8_t *parameters, size_t count);
/* An ACL packet after its H4 type. */
void hci_acl(struct hci *h, uint64_t now_us, struct bytes b);
