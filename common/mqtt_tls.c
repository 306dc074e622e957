/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The OpenSSL context of one connection to the broker.
 */
#include "common/mqtt_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "common/cleanup.h"

DEFINE_CLEANUP(SSL_CTX *, context_free_p, SSL_CTX_free)

static int complain(const char *file, const char *what, size_t why_bytes, char *ret_why)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	(void)snprintf(ret_why, why_bytes, "%s %s: %s", what, file, reason ? reason : "unusable");
	ERR_clear_error();
	return -EINVAL;
}

static int expect_host(SSL_CTX *context, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);
	unsigned char number[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, number) == 1 || inet_pton(AF_INET6, host, number) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ? 0 : -EINVAL;
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 ? 0 : -EINVAL;
}

int mqtt_tls_new(SSL_CTX **ret, const char *ca_file, const char *certificate_file,
	const char *key_file, const char *host, size_t why_bytes, char *ret_why)
{
	_cleanup_(context_free_p) SSL_CTX *context = NULL;

	ERR_clear_error();
	context = SSL_CTX_new(TLS_client_method());
	if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
		expect_host(context, host) < 0)
		return complain(host, "TLS for", why_bytes, ret_why);
	if (SSL_CTX_load_verify_locations(context, ca_file, NULL) != 1)
		return complain(ca_file, "CA file", why_bytes, ret_why);
	if (SSL_CTX_use_certificate_chain_file(context, certificate_file) != 1)
		return complain(certificate_file, "certificate", why_bytes, ret_why);
	if (SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1)
		return complain(key_file, "key", why_bytes, ret_why);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	(void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
						SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
						SSL_MODE_RELEASE_BUFFERS);
	*ret = context;
	context = NULL;
	return 0;
}

const char *mqtt_tls_complaint(const SSL *ssl)
{
	long result = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;

	return result == X509_V_OK ? NULL : X509_verify_cert_error_string(result);
}
