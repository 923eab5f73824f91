/* SPDX-License-Identifier: Apache-2.0 */
/* What kinds that speak an API of AWS's have in common: requests signed with SigV4. */
#ifndef AWSAPI_PRIV_H
#define AWSAPI_PRIV_H

#include "target/target.h"

struct outbound_link;

enum {
	AWSAPI_BATCH = 10,
	AWSAPI_BYTES = 250 << 10
}; /* messages and bytes in one request */

struct awsapi {
	const struct target_conf *conf;
	struct outbound_link *link;
	char *sign, *user; /* user "": not signed */
	struct buf body, answer;
	unsigned status;
};

/* Parameters that such a kind has. */
/* clang-format off */
#define AWSAPI_RULES \
	{ "endpoint", TARGET_URL, true, NULL, "of the service" }, \
	{ "region", TARGET_TEXT, false, NULL, "to sign for; that of `arn`, or us-east-1" }, \
	{ "access_key", TARGET_TEXT, false, NULL, \
	    "to sign with (SigV4); without it nothing is signed" }, \
	{ "secret_key", TARGET_SECRET, false, NULL, "and its secret" }, \
	{ "client_cert", TARGET_PATH, false, NULL, "PEM of the own certificate" }, \
	{ "client_key", TARGET_PATH, false, NULL, "and of its key" }, \
	{ "ca", TARGET_PATH, false, NULL, \
	    "PEM of who signs the server's certificate, in place of the system's" }, \
	{ "tls_skip_verify", TARGET_BOOL, false, NULL, "TLS with whomever it is" }
/* clang-format on */

void awsapi_init(struct awsapi *a, const struct target_conf *conf, const char *service);
void awsapi_fini(struct awsapi *a);
/* Part i (from 0) of an ARN; n = 0: there is none. */
struct span awsapi_arn(const struct target_conf *conf, size_t i);

/* ---- a->body, as parameters of the query protocol ---- */
void awsapi_begin(struct awsapi *a, const char *action, const char *version);
void awsapi_put(struct awsapi *a, const char *name, struct span value);
void awsapi_put_nth(
    struct awsapi *a, const char *list, size_t i, const char *name, struct span value);

/* POST of a->body; target: of the JSON protocol, or NULL. OK: 2xx. E_INVALID_ARGUMENT: the
 * request is at fault, and would be again. */
NODISCARD enum err awsapi_post(struct awsapi *a, const char *target, struct fail *fail);
/* Messages from at on that go in one request: by number and size; at least one. */
size_t awsapi_some(const struct target_msg *msg, size_t n);

#endif
