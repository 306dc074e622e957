/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into a hub: its Bluetooth sockets are unix sockets. There is one adapter, hci0, that is
 * on; its packets come from, and its commands go to, whoever listens on the SEQPACKET socket that
 * VIGIE_RADIO names. What watches adapters hears nothing.
 */
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <bluetooth/hci_lib.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void *real(const char *name, void *function, size_t bytes)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(function, &symbol, bytes);
	return symbol;
}

int socket(int domain, int type, int protocol)
{
	int (*next)(int, int, int);

	(void)real("socket", &next, sizeof(next));
	if (domain == AF_BLUETOOTH)
		return next(AF_UNIX, SOCK_SEQPACKET | (type & (SOCK_CLOEXEC | SOCK_NONBLOCK)), 0);
	return next(domain, type, protocol);
}

/* Another end that nobody speaks on stays open for ever. */
static int be_quiet(int fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -1;
	return dup3(pair[0], fd, O_CLOEXEC) < 0 ? -1 : 0;
}

int bind(int fd, const struct sockaddr *address, socklen_t bytes)
{
	struct sockaddr_un radio = {.sun_family = AF_UNIX};
	const char *path = getenv("VIGIE_RADIO");
	struct sockaddr_hci hci;
	int (*next)(int, const struct sockaddr *, socklen_t);

	(void)real("bind", &next, sizeof(next));
	if (address->sa_family != AF_BLUETOOTH)
		return next(fd, address, bytes);
	memcpy(&hci, address, sizeof(hci));
	if (hci.hci_dev == HCI_DEV_NONE)
		return be_quiet(fd);
	(void)snprintf(radio.sun_path, sizeof(radio.sun_path), "%s", path ? path : "");
	return connect(fd, (const struct sockaddr *)&radio, sizeof(radio));
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t bytes)
{
	int (*next)(int, int, int, const void *, socklen_t);

	(void)real("setsockopt", &next, sizeof(next));
	return level == SOL_HCI ? 0 : next(fd, level, name, value, bytes);
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*next)(int, unsigned long, void *);
	struct hci_dev_list_req *list;
	struct hci_dev_info *device;
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	(void)real("ioctl", &next, sizeof(next));
	if (request == HCIGETDEVLIST) {
		list = argument;
		list->dev_num = 1;
		list->dev_req[0] = (struct hci_dev_req){.dev_id = 0};
		return 0;
	}
	if (request == HCIGETDEVINFO) {
		device = argument;
		(void)snprintf(device->name, sizeof(device->name), "hci0");
		hci_set_bit(HCI_UP, &device->flags);
		return 0;
	}
	return next(fd, request, argument);
}
