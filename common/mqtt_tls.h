/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS for the broker: our certificate shown, the broker's verified against our CA and against the
 * host as the configuration writes it (name or address). TLS 1.2 or newer.
 */
#pragma once

#include <openssl/ssl.h>
#include <stddef.h>

/* Reads the three files anew each time, so a renewed certificate is taken at the next connection.
 * −EINVAL with the reason in ret_why (always terminated). */
int mqtt_tls_new(SSL_CTX **ret, const char *ca_file, const char *certificate_file,
	const char *key_file, const char *host, size_t why_bytes, char *ret_why);
/* Why the broker's certificate was not accepted, or NULL when that was not the trouble. */
const char *mqtt_tls_complaint(const SSL *ssl);
