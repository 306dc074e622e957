/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simulated pendant (docs/WEARABLE.md): a peripheral on a Bluetooth controller of its own, that
 * plays a recording's impact as its FIFO. `pendant INDEX RECORDING`; on its standard input, a line
 * each: press | fall | fall N (the link is dropped after N notifications) | worn 0 | worn 1; on its
 * standard output what happens: ready, linked, unlinked, alert N, receipt press N, receipt event N
 * NEXT, sent N. `pendant INDEX RECORDING KEYS HUB`: one that speaks to who is paired alone, keeps
 * its keys in the file and pairs with the hub of that address; then also: refused, paired.
 */
#include "sensors/pendant.h"
#include "sensors/adapter.h"
#include "sensors/pairing.h"
#include "sensors/recording.h"

#include "tests/fakes/gatt_server.h"

#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <bluetooth/hci_lib.h>
#include <bluetooth/l2cap.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SAMPLES_MAX    4096
#define BEFORE_SAMPLES 125 /* 2.5 s of the recording's 50 Hz */
#define AFTER_SAMPLES  300
#define RATE_HZ        50
#define MTU_BYTES      185
#define PIECE_SAMPLES  25
#define LINE_MAX_BYTES 64

struct pendant {
	int hci, listening, link; /* link −1: none */
	bdaddr_t address;
	struct server server;
	uint16_t level, alert, acceleration, state_handle, receipt;
	struct pendant_state state;
	unsigned int samples;
	struct accel_sample sample[SAMPLES_MAX];
	unsigned int first, last; /* of the event in `sample`, last excluded */
	uint8_t event;
	uint16_t next, pieces;   /* sequence to send, and how many there are; 0 and 0: no event */
	uint16_t received;       /* by the hub: what follows is sent again over a new link */
	int drop_after;          /* notifications; −1: never */
	struct pairing *pairing; /* NULL: speaks to everybody */
	sd_event *loop;          /* pairing's */
	char line[LINE_MAX_BYTES];
	size_t line_bytes;
};

static void say(const char *what, int number)
{
	(void)printf(number < 0 ? "%s\n" : "%s %d\n", what, number);
	(void)fflush(stdout);
}

static void check(bool is_good, const char *what)
{
	if (is_good)
		return;
	(void)fprintf(stderr, "pendant: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void load(struct pendant *p, const char *path)
{
	char error[RECORDING_ERROR_MAX];
	static struct recording_record record;
	struct recording *recording = NULL;
	long highest = 0;
	unsigned int impact = 0;

	if (recording_open(&recording, path, NULL, error) < 0) {
		(void)fprintf(stderr, "%s\n", error);
		exit(2);
	}
	while (recording_next(recording, &record) > 0 && record.what == RECORDING_ACCEL)
		for (int n = 0; n < record.accel.count && p->samples < SAMPLES_MAX; n++)
			p->sample[p->samples++] = record.accel.samples[n];
	(void)recording_free(recording);
	for (unsigned int n = 0; n < p->samples; n++) {
		const struct accel_sample *s = &p->sample[n];
		long square =
			(long)s->x_mg * s->x_mg + (long)s->y_mg * s->y_mg + (long)s->z_mg * s->z_mg;

		if (square > highest) {
			highest = square;
			impact = n;
		}
	}
	p->first = impact > BEFORE_SAMPLES ? impact - BEFORE_SAMPLES : 0;
	p->last = impact + AFTER_SAMPLES < p->samples ? impact + AFTER_SAMPLES : p->samples;
}

static void make_server(struct pendant *p)
{
	struct server *s = &p->server;

	s->mtu_bytes = ATT_MTU_MIN;
	s->largest_mtu_bytes = MTU_BYTES;
	server_service(s, (struct att_uuid)ATT_UUID16(0x180A));
	(void)server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A29), 0x02, "Vigie", 5);
	(void)server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A24), 0x02, "Pendant", 7);
	(void)server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A26), 0x02, "1", 1);
	server_service(s, (struct att_uuid)ATT_UUID16(0x180F));
	p->level = server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A19), 0x02, "\x50", 1);
	server_service(s, (struct att_uuid)ATT_UUID16(0x1802));
	p->alert = server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A06), 0x04, "\0", 1);
	server_service(s, (struct att_uuid)PENDANT_UUID(1));
	p->acceleration = server_characteristic(
		s, (struct att_uuid)PENDANT_UUID(2), ATT_PROPERTY_NOTIFY, "", 0);
	p->state_handle = server_characteristic(
		s, (struct att_uuid)PENDANT_UUID(3), 0x02 | ATT_PROPERTY_NOTIFY, "", 0);
	p->receipt = server_characteristic(s, (struct att_uuid)PENDANT_UUID(4), 0x08, "", 0);
}

static void notify(struct pendant *p, uint16_t handle, const uint8_t *value, size_t count)
{
	struct att_packet packet = att_value(ATT_NOTIFICATION, handle, value, count);

	if (p->link >= 0 && server_is_on(&p->server, handle))
		(void)send(p->link, packet.at, packet.count, MSG_NOSIGNAL);
}

static void tell_state(struct pendant *p)
{
	uint8_t value[PENDANT_STATE_BYTES];
	size_t count = pendant_state_write(&p->state, value);

	server_set(&p->server, p->state_handle, value, count);
	notify(p, p->state_handle, value, count);
}

/* A command to the controller; its answer is awaited, so that the next finds it done. */
static void command(const struct pendant *p, uint16_t code, void *parameters, uint8_t count)
{
	uint8_t status = 0;
	struct hci_request request = {.ogf = OGF_LE_CTL,
		.ocf = code,
		.cparam = parameters,
		.clen = count,
		.rparam = &status,
		.rlen = 1};

	(void)hci_send_req(p->hci, &request, 2000);
}

static void advertise(const struct pendant *p)
{
	le_set_advertising_parameters_cp how = {.min_interval = htobs(0xA0),
		.max_interval = htobs(0xA0),
		.advtype = 0,
		.chan_map = 7};
	const struct att_uuid service = PENDANT_UUID(1);
	/* flags, and the list of services */
	le_set_advertising_data_cp what = {.length = 21, .data = {2, 1, 6, 17, 7}};
	uint8_t on = 1, off = 0;

	memcpy(what.data + 5, service.at, sizeof(service.at));
	command(p, OCF_LE_SET_ADVERTISE_ENABLE, &off, 1);
	command(p, OCF_LE_SET_ADVERTISING_PARAMETERS, &how, sizeof(how));
	command(p, OCF_LE_SET_ADVERTISING_DATA, &what, sizeof(what));
	command(p, OCF_LE_SET_ADVERTISE_ENABLE, &on, 1);
}

static void unlink_hub(struct pendant *p)
{
	(void)close(p->link);
	p->link = -1;
	p->next = p->received;
	p->server.mtu_bytes = ATT_MTU_MIN;
	for (unsigned int n = 0; n < p->server.count; n++)
		if (att_uuid_is16(&p->server.attributes[n].type, ATT_TYPE_CONFIGURATION))
			p->server.attributes[n].value[0] = 0;
	say("unlinked", -1);
}

static void send_piece(struct pendant *p)
{
	unsigned int from = p->first + p->next * PIECE_SAMPLES;
	struct pendant_samples s = {.event = p->event,
		.sequence = p->next,
		.first_ms = 100000U + from * 1000U / RATE_HZ,
		.rate_hz = RATE_HZ,
		.range_g = 16};
	uint8_t value[ATT_VALUE_MAX];

	for (; s.count < PIECE_SAMPLES && from + s.count < p->last; s.count++) {
		const struct accel_sample *a = &p->sample[from + s.count];

		s.at[s.count].x_mg = a->x_mg;
		s.at[s.count].y_mg = a->y_mg;
		s.at[s.count].z_mg = a->z_mg;
	}
	s.is_last = from + s.count >= p->last;
	notify(p, p->acceleration, value, pendant_samples_write(&s, value));
	if (++p->next == p->pieces)
		say("sent", p->next);
	if (p->drop_after > 0 && --p->drop_after == 0)
		unlink_hub(p);
}

static void take_receipt(struct pendant *p)
{
	struct pendant_receipt r;

	if (pendant_receipt_read(p->server.written_value, &r) < 0)
		return;
	if (r.is_press && r.number == p->state.presses) {
		p->state.is_press_owed = false;
		say("receipt press", r.number);
	} else if (!r.is_press && r.number == p->event) {
		p->received = r.next;
		say("receipt event", r.next);
	}
}

static bool is_encrypted(int link)
{
	struct bt_security security = {0};
	socklen_t bytes = sizeof(security);

	return getsockopt(link, SOL_BLUETOOTH, BT_SECURITY, &security, &bytes) == 0 &&
	       security.level >= BT_SECURITY_MEDIUM;
}

/* To look at what there is, and to ask for the battery, nobody needs to be paired. */
static bool is_refused(const struct pendant *p, const uint8_t *packet, size_t count)
{
	return p->pairing && count >= 3 &&
	       (packet[0] == ATT_READ_REQUEST || packet[0] == ATT_WRITE_REQUEST) &&
	       (packet[1] | packet[2] << 8) >= p->acceleration && !is_encrypted(p->link);
}

static void take_packet(struct pendant *p)
{
	uint8_t packet[ATT_MTU_MAX];
	ssize_t count = recv(p->link, packet, sizeof(packet), 0);
	struct att_packet answer;

	if (count <= 0) {
		unlink_hub(p);
		return;
	}
	if (is_refused(p, packet, (size_t)count)) {
		answer = att_error(packet[0], (uint16_t)(packet[1] | packet[2] << 8),
			ATT_ERROR_AUTHENTICATION);
		(void)send(p->link, answer.at, answer.count, MSG_NOSIGNAL);
		say("refused", -1);
		return;
	}
	answer = server_answer(&p->server, packet, (size_t)count);
	if (answer.count > 0)
		(void)send(p->link, answer.at, answer.count, MSG_NOSIGNAL);
	if (p->server.written == p->alert)
		say("alert", p->server.attributes[p->alert - 1].value[0]);
	if (p->server.written == p->receipt)
		take_receipt(p);
}

static void obey(struct pendant *p, const char *line)
{
	if (strcmp(line, "press") == 0) {
		p->state.presses++;
		p->state.press = BUTTON_PRESS;
		p->state.is_press_owed = true;
		tell_state(p);
	} else if (strncmp(line, "fall", 4) == 0) {
		p->event++;
		p->next = p->received = 0;
		p->pieces = (uint16_t)((p->last - p->first + PIECE_SAMPLES - 1) / PIECE_SAMPLES);
		p->drop_after = line[4] ? (int)strtol(line + 4, NULL, 10) : -1;
	} else if (strncmp(line, "worn ", 5) == 0) {
		p->state.is_worn = line[5] == '1';
		p->state.is_worn_known = true;
		tell_state(p);
	}
}

static void take_input(struct pendant *p)
{
	char c;

	if (read(STDIN_FILENO, &c, 1) != 1)
		exit(0);
	if (c != '\n' && p->line_bytes < LINE_MAX_BYTES - 1) {
		p->line[p->line_bytes++] = c;
		return;
	}
	p->line[p->line_bytes] = '\0';
	p->line_bytes = 0;
	obey(p, p->line);
}

static void on_paired(const struct sensor_id *hub, int error, void *userdata)
{
	(void)hub;
	(void)userdata;
	say("paired", error < 0 ? -error : -1);
}

/* Before its controller is switched on: the kernel then readies it for pairing. */
static void begin_pairing(struct pendant *p, const char *index, const char *keys, const char *hub)
{
	const struct pairing_options options = {.path = keys, .on_paired = on_paired};
	char error[PAIRING_ERROR_MAX], adapter[16];

	(void)snprintf(adapter, sizeof(adapter), "hci%s", index);
	check(sd_event_new(&p->loop) >= 0, "loop");
	check(pairing_new(&p->pairing, p->loop, &options, error) == 0 && !error[0], "keys");
	check(pairing_know(p->pairing, hub, adapter) == 0, "the hub's address");
}

/* The kernel pairs by a controller that the management channel has switched on, and by no other. */
static void switch_on(const struct pendant *p, struct hci_dev_info *device)
{
	if (!p->pairing) {
		check(ioctl(p->hci, HCIDEVUP, device->dev_id) == 0 || errno == EALREADY, "on");
	} else {
		check(adapter_switch_on(device->name) == 0, "on");
		while (!hci_test_bit(HCI_UP, &device->flags)) {
			(void)poll(NULL, 0, 20);
			check(ioctl(p->hci, HCIGETDEVINFO, device) == 0, "whether it is on");
		}
	}
	check(ioctl(p->hci, HCIGETDEVINFO, device) == 0, "its address");
}

static void listen_for_hub(struct pendant *p, int index)
{
	struct sockaddr_l2 ours = {
		.l2_family = AF_BLUETOOTH, .l2_cid = htobs(4), .l2_bdaddr_type = BDADDR_LE_PUBLIC};
	struct hci_dev_info device = {.dev_id = (uint16_t)index};

	p->hci = hci_open_dev(index);
	check(p->hci >= 0, "the controller");
	(void)snprintf(device.name, sizeof(device.name), "hci%d", index);
	switch_on(p, &device);
	p->address = ours.l2_bdaddr = device.bdaddr;
	p->listening = socket(AF_BLUETOOTH, SOCK_SEQPACKET | SOCK_CLOEXEC, BTPROTO_L2CAP);
	check(p->listening >= 0, "socket");
	check(bind(p->listening, (struct sockaddr *)&ours, sizeof(ours)) == 0, "bind");
	check(listen(p->listening, 1) == 0, "listen");
}

static void run(struct pendant *p)
{
	for (;;) {
		bool is_sending = p->link >= 0 && p->next < p->pieces &&
				  server_is_on(&p->server, p->acceleration);
		struct pollfd watched[] = {{.fd = STDIN_FILENO, .events = POLLIN},
			{.fd = p->listening, .events = POLLIN}, {.fd = p->link, .events = POLLIN},
			{.fd = p->loop ? sd_event_get_fd(p->loop) : -1, .events = POLLIN}};

		/* unheard, it says again that it is there */
		if (poll(watched, 4, is_sending ? 5 : 500) == 0 && p->link < 0)
			advertise(p);
		if (watched[3].revents)
			(void)sd_event_run(p->loop, 0);
		if (watched[0].revents)
			take_input(p);
		if (watched[1].revents) {
			p->link = accept4(p->listening, NULL, NULL, SOCK_CLOEXEC);
			check(p->link >= 0, "accept");
			say("linked", -1);
		}
		if (p->link >= 0 && watched[2].revents)
			take_packet(p);
		else if (is_sending)
			send_piece(p);
	}
}

int main(int argc, char *argv[])
{
	static struct pendant p = {.link = -1, .drop_after = -1};

	if (argc != 3 && argc != 5) {
		(void)fputs("usage: pendant INDEX RECORDING [KEYS HUB]\n", stderr);
		return 2;
	}
	p.state.battery_pct = 80;
	load(&p, argv[2]);
	make_server(&p);
	if (argc == 5)
		begin_pairing(&p, argv[1], argv[3], argv[4]);
	listen_for_hub(&p, (int)strtol(argv[1], NULL, 10));
	tell_state(&p);
	advertise(&p);
	say("ready", -1);
	run(&p);
	return 0;
}
