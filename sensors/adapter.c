/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raw HCI sockets. A controller that is down is asked to come up through the management channel,
 * which answers later: the ioctl would hold the loop until the controller is initialized. There LE
 * is enabled too, for no bluetoothd may have done it.
 */
#include "sensors/adapter.h"

#include "common/cleanup.h"
#include "sensors/bytes.h"
#include "sensors/keys.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <bluetooth/hci_lib.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define MANAGEMENT_SET_POWERED 0x0005
#define MANAGEMENT_SET_LE      0x000D
#define RECEIVE_BYTES          (256 * 1024) /* a second of a full radio while the loop is busy */

bool adapter_name_is_valid(const char *name)
{
	uint8_t address[6];
	size_t digits = strspn(name, "hci") == 3 ? strspn(name + 3, "0123456789") : 0;

	return name[0] == '\0' ||
	       (strncmp(name, "hci", 3) == 0 && digits >= 1 && digits <= 2 && !name[3 + digits]) ||
	       device_address_from_text(name, address) == 0;
}

static int open_socket(uint16_t index, uint16_t channel, int *ret_fd)
{
	struct sockaddr_hci address = {
		.hci_family = AF_BLUETOOTH, .hci_dev = index, .hci_channel = channel};
	_cleanup_(close_p) int fd =
		socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, BTPROTO_HCI);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static bool is_named(const struct hci_dev_info *d, const char *name)
{
	uint8_t wanted[6];

	if (name[0] == '\0' || strcmp(d->name, name) == 0)
		return true;
	if (device_address_from_text(name, wanted) < 0)
		return false;
	for (int i = 0; i < 6; i++) {
		if (wanted[i] != d->bdaddr.b[5 - i])
			return false;
	}
	return true;
}

int adapter_list(uint16_t *ret, unsigned int most)
{
	struct {
		uint16_t count;
		struct hci_dev_req devices[HCI_MAX_DEV];
	} list = {.count = HCI_MAX_DEV};
	_cleanup_(close_p) int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI);
	unsigned int count = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, HCIGETDEVLIST, &list) < 0)
		return -errno;
	for (; count < list.count && count < HCI_MAX_DEV && count < most; count++)
		ret[count] = list.devices[count].dev_id;
	return (int)count;
}

/* The controller of that name with the lowest index. */
static int find(const char *name, struct hci_dev_info *ret)
{
	_cleanup_(close_p) int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI);
	uint16_t indices[HCI_MAX_DEV];
	int count = adapter_list(indices, HCI_MAX_DEV), found = -ENODEV;

	if (fd < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		struct hci_dev_info d = {.dev_id = indices[i]};

		if (ioctl(fd, HCIGETDEVINFO, &d) < 0 || !is_named(&d, name) ||
			(found == 0 && d.dev_id > ret->dev_id))
			continue;
		*ret = d;
		found = 0;
	}
	return count < 0 ? count : found;
}

int adapter_address(const char *name, uint8_t ret[6])
{
	struct hci_dev_info d;
	int r = find(name, &d);

	for (int i = 0; r == 0 && i < 6; i++)
		ret[i] = d.bdaddr.b[5 - i];
	return r;
}

bool adapter_is(const char *name, uint16_t index)
{
	struct hci_dev_info d = {.dev_id = index};
	_cleanup_(close_p) int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, BTPROTO_HCI);

	return fd >= 0 && ioctl(fd, HCIGETDEVINFO, &d) == 0 && is_named(&d, name);
}

int adapter_management(int *ret_fd)
{
	return open_socket(HCI_DEV_NONE, HCI_CHANNEL_CONTROL, ret_fd);
}

/* The answers are for nobody: that it came up is told by the watching socket. */
static int ask_to_switch_on(uint16_t index)
{
	const uint16_t codes[] = {MANAGEMENT_SET_LE, MANAGEMENT_SET_POWERED};
	_cleanup_(close_p) int fd = -1;
	int r = adapter_management(&fd);

	if (r < 0)
		return r;
	for (unsigned int i = 0; i < 2; i++) {
		const uint8_t command[] = {
			(uint8_t)codes[i], 0, (uint8_t)index, (uint8_t)(index >> 8), 1, 0, 1};

		if (write(fd, command, sizeof(command)) < 0)
			return -errno;
	}
	return 0;
}

int adapter_switch_on(const char *name)
{
	struct hci_dev_info device;
	int r = find(name, &device);

	return r < 0 ? r : ask_to_switch_on(device.dev_id);
}

static int open_kernel(const char *name, int *ret_fd, uint16_t *ret_index, void *userdata)
{
	_cleanup_(close_p) int fd = -1;
	const int receive_bytes = RECEIVE_BYTES;
	struct hci_filter filter;
	struct hci_dev_info device;
	int r = find(name, &device);

	(void)userdata;
	if (r < 0)
		return r;
	r = ask_to_switch_on(device.dev_id);
	if (!hci_test_bit(HCI_UP, &device.flags))
		return r < 0 ? r : -ENETDOWN;
	r = open_socket(device.dev_id, HCI_CHANNEL_RAW, &fd);
	if (r < 0)
		return r;
	hci_filter_clear(&filter);
	hci_filter_set_ptype(HCI_EVENT_PKT, &filter);
	hci_filter_set_ptype(HCI_COMMAND_PKT, &filter);
	hci_filter_set_event(EVT_CMD_COMPLETE, &filter);
	hci_filter_set_event(EVT_CMD_STATUS, &filter);
	hci_filter_set_event(EVT_HARDWARE_ERROR, &filter);
	hci_filter_set_event(EVT_LE_META_EVENT, &filter);
	if (setsockopt(fd, SOL_HCI, HCI_FILTER, &filter, sizeof(filter)) < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
	*ret_fd = fd;
	*ret_index = device.dev_id;
	fd = -1;
	return 0;
}

static int watch_kernel(int *ret_fd, void *userdata)
{
	_cleanup_(close_p) int fd = -1;
	struct hci_filter filter;
	int r = open_socket(HCI_DEV_NONE, HCI_CHANNEL_RAW, &fd);

	(void)userdata;
	if (r < 0)
		return r;
	hci_filter_clear(&filter);
	hci_filter_set_ptype(HCI_EVENT_PKT, &filter);
	hci_filter_set_event(EVT_STACK_INTERNAL, &filter);
	if (setsockopt(fd, SOL_HCI, HCI_FILTER, &filter, sizeof(filter)) < 0)
		return -errno;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int adapter_news_read(const uint8_t *packet, uint32_t count, struct adapter_news *ret)
{
	struct bytes b = bytes_of(packet, count);
	uint8_t type = bytes_u8(&b), event = bytes_u8(&b);
	uint16_t what, happened, index;

	(void)bytes_u8(&b);
	what = bytes_u16(&b);
	happened = bytes_u16(&b);
	index = bytes_u16(&b);
	if (b.is_short || type != HCI_EVENT_PKT || event != EVT_STACK_INTERNAL ||
		what != EVT_SI_DEVICE)
		return 0;
	*ret = (struct adapter_news){.index = index,
		.is_up = happened == HCI_DEV_REG || happened == HCI_DEV_UP,
		.is_gone = happened == HCI_DEV_UNREG || happened == HCI_DEV_DOWN};
	return ret->is_up || ret->is_gone;
}

const struct adapter_calls adapter_kernel = {.connect = open_kernel, .watch = watch_kernel};
