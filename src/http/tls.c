/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tls_priv.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"

enum { TLS_FILE_MAX = 1 << 20 };

static enum err
tls_fail(struct fail *fail, const char *path, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	(void)fail_msg(fail, E_CONFIG, "tls: %s: %s%s%s%s", path, what,
	    reason == NULL ? "" : " (", reason == NULL ? "" : reason,
	    reason == NULL ? "" : ")");
	ERR_clear_error();
	return E_CONFIG;
}

static BIO *
tls_load(struct buf *data, const char *path, struct fail *fail)
{
	int rc = io_read_file(path, data, TLS_FILE_MAX);
	BIO *bio;

	if (rc != 0) {
		(void)fail_msg(fail, E_CONFIG, "tls: %s: cannot be read: %s", path,
		    strerrordesc_np(-rc));
		return NULL;
	}
	if (data->n == 0) {
		(void)tls_fail(fail, path, "is empty; a PEM file is needed");
		return NULL;
	}
	bio = BIO_new_mem_buf(data->p, (int)data->n);
	MUST(bio != NULL);
	return bio;
}

/* Never ask at the terminal for a pass phrase. */
static int
tls_no_phrase(char *out, int n, int rw, void *arg)
{
	(void)out;
	(void)n;
	(void)rw;
	(void)arg;
	return -1;
}

static enum err
tls_use_chain(SSL_CTX *ctx, const char *path, struct fail *fail)
{
	struct buf data = { 0 };
	BIO *bio = tls_load(&data, path, fail);
	enum err e = OK;
	X509 *cert;

	if (bio == NULL) {
		e = E_CONFIG;
		goto out;
	}
	cert = PEM_read_bio_X509_AUX(bio, NULL, tls_no_phrase, NULL);
	if (cert == NULL || SSL_CTX_use_certificate(ctx, cert) != 1)
		e = tls_fail(fail, path, "holds no certificate in PEM that can be used");
	X509_free(cert);
	while (
	    e == OK && (cert = PEM_read_bio_X509(bio, NULL, tls_no_phrase, NULL)) != NULL)
		if (SSL_CTX_add0_chain_cert(ctx, cert) != 1) {
			X509_free(cert);
			e = tls_fail(
			    fail, path, "holds a chain certificate that can't be used");
		}
	if (e == OK && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		e = tls_fail(fail, path, "holds a chain certificate that can't be read");
out:
	ERR_clear_error();
	(void)BIO_free(bio);
	buf_fini(&data);
	return e;
}

static enum err
tls_use_key(SSL_CTX *ctx, const char *path, struct fail *fail)
{
	struct buf data = { 0 };
	BIO *bio = tls_load(&data, path, fail);
	EVP_PKEY *key = NULL;
	enum err e = OK;

	if (bio == NULL) {
		e = E_CONFIG;
		goto out;
	}
	key = PEM_read_bio_PrivateKey(bio, NULL, tls_no_phrase, NULL);
	if (key == NULL)
		e = tls_fail(
		    fail, path, "holds no private key in PEM without a pass phrase");
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		e = tls_fail(
		    fail, path, "does not belong to the certificate in public.crt");
out:
	EVP_PKEY_free(key);
	(void)BIO_free(bio);
	if (data.p != NULL)
		mem_wipe(data.p, data.cap);
	buf_fini(&data);
	return e;
}

/* We speak HTTP/1.1 only; a client that offers something else and not that is told so. */
static int
tls_alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned inlen, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1\x08http/1.0";
	unsigned char *picked = NULL;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&picked, outlen, ours, sizeof ours - 1, in, inlen) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = picked;
	return SSL_TLSEXT_ERR_OK;
}

static void
tls_setup(SSL_CTX *ctx)
{
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	/* S3's own order: the shorter key is what the RFC demands of everybody, and quicker. */
	MUST(SSL_CTX_set_ciphersuites(ctx,
		 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
		 "TLS_CHACHA20_POLY1305_SHA256") == 1);
	(void)SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
	(void)SSL_CTX_set_mode(ctx,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* Tickets resume sessions without memory here. */
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(ctx, tls_alpn, NULL);
}

enum err
tls_ctx_new(SSL_CTX **out, const char *dir, struct fail *fail)
{
	struct buf crt = { 0 }, key = { 0 };
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	enum err e;

	MUST(ctx != NULL);
	tls_setup(ctx);
	buf_printf(&crt, "%s/public.crt", dir);
	buf_printf(&key, "%s/private.key", dir);
	e = tls_use_chain(ctx, buf_cstr(&crt), fail);
	if (e == OK)
		e = tls_use_key(ctx, buf_cstr(&key), fail);
	if (e == OK)
		*out = ctx;
	else
		tls_ctx_free(&ctx);
	buf_fini(&crt);
	buf_fini(&key);
	return e;
}

void
tls_ctx_free(SSL_CTX **ctx)
{
	SSL_CTX_free(*ctx);
	*ctx = NULL;
}

SSL *
tls_new(SSL_CTX *ctx, int fd, struct tls_room *room)
{
	SSL *ssl = SSL_new(ctx);

	MUST(ssl != NULL);
	tls_wire_set(ssl, fd, room);
	SSL_set_accept_state(ssl);
	return ssl;
}

void
tls_free(SSL **ssl)
{
	SSL_free(*ssl);
	*ssl = NULL;
}

static ssize_t
tls_result(SSL *ssl, int rc)
{
	switch (SSL_get_error(ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		/* After such a failure SSL_shutdown() must not be called. */
		SSL_set_quiet_shutdown(ssl, 1);
		ERR_clear_error();
		return TLS_FAILED;
	}
}

int
tls_accept(SSL *ssl)
{
	int rc;

	ERR_clear_error();
	rc = SSL_accept(ssl);
	return rc == 1 ? 1 : (int)tls_result(ssl, rc);
}

ssize_t
tls_read(SSL *ssl, void *p, size_t n)
{
	int rc;

	ERR_clear_error();
	rc = SSL_read(ssl, p, n > INT_MAX ? INT_MAX : (int)n);
	return rc > 0 ? rc : tls_result(ssl, rc);
}

ssize_t
tls_write(SSL *ssl, const void *p, size_t n)
{
	ssize_t rc;

	ERR_clear_error();
	rc = SSL_write(ssl, p, n > INT_MAX ? INT_MAX : (int)n);
	if (rc > 0)
		return rc;
	rc = tls_result(ssl, (int)rc);
	return rc == 0 ? TLS_FAILED : rc;
}

const char *
tls_version(const struct ssl_st *ssl, const char **cipher)
{
	*cipher = SSL_get_cipher_name(ssl);
	return SSL_get_version(ssl);
}

void
tls_bye(SSL *ssl)
{
	ERR_clear_error();
	(void)SSL_shutdown(ssl);
	ERR_clear_error();
}
