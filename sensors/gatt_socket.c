/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * L2CAP, channel 4, over LE.
 */
#include "sensors/gatt_socket.h"

#include "common/cleanup.h"
#include "sensors/adapter.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/l2cap.h>
#include <errno.h>
#include <sys/socket.h>

#define CHANNEL_ATT 4

static void put_address(bdaddr_t *to, const uint8_t address[6])
{
	for (int i = 0; i < 6; i++)
		to->b[i] = address[5 - i];
}

static int connect_kernel(const uint8_t address[6], enum gatt_address type, const char *adapter,
	int *ret_fd, void *userdata)
{
	struct sockaddr_l2 ours = {.l2_family = AF_BLUETOOTH,
		.l2_cid = htobs(CHANNEL_ATT),
		.l2_bdaddr_type = BDADDR_LE_PUBLIC};
	struct sockaddr_l2 theirs = {.l2_family = AF_BLUETOOTH,
		.l2_cid = htobs(CHANNEL_ATT),
		.l2_bdaddr_type =
			type == GATT_ADDRESS_RANDOM ? BDADDR_LE_RANDOM : BDADDR_LE_PUBLIC};
	_cleanup_(close_p) int fd =
		socket(AF_BLUETOOTH, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_L2CAP);
	uint8_t of_adapter[6];
	int r;

	(void)userdata;
	if (fd < 0)
		return -errno;
	if (adapter[0]) {
		r = adapter_address(adapter, of_adapter);
		if (r < 0)
			return r;
		put_address(&ours.l2_bdaddr, of_adapter);
	}
	if (bind(fd, (struct sockaddr *)&ours, sizeof(ours)) < 0)
		return -errno;
	put_address(&theirs.l2_bdaddr, address);
	r = connect(fd, (struct sockaddr *)&theirs, sizeof(theirs)) < 0 ? -errno : 0;
	if (r == -EHOSTUNREACH) /* it is off: on by the next try */
		(void)adapter_switch_on(adapter);
	if (r < 0 && r != -EINPROGRESS)
		return r;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static int secure_kernel(int fd, void *userdata)
{
	struct bt_security security = {0};
	socklen_t bytes = sizeof(security);

	(void)userdata;
	if (getsockopt(fd, SOL_BLUETOOTH, BT_SECURITY, &security, &bytes) < 0)
		return -errno;
	if (security.level >= BT_SECURITY_MEDIUM)
		return 1;
	security = (struct bt_security){.level = BT_SECURITY_MEDIUM};
	return setsockopt(fd, SOL_BLUETOOTH, BT_SECURITY, &security, sizeof(security)) < 0 ? -errno
											   : 0;
}

const struct gatt_calls gatt_kernel = {.connect = connect_kernel, .secure = secure_kernel};
