/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 2, header and presigned query, for old clients: HMAC-SHA1 over
 * method, a few headers and the resource. Same results and failures as auth/sigv4.h; the
 * body is not signed. Source: docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
#ifndef AUTH_SIGV2_H
#define AUTH_SIGV2_H

#include "auth/sigv4.h"

/* Does the request carry a signature of version 2, and only that? Else it is sigv4_check()'s,
 * that of version 2 beside one of version 4 too. [any] */
bool sigv2_asked(const struct auth_request *rq);

/* Is a parameter of that name part of what is signed? */
bool sigv2_signs(struct span name);

/* As sigv4_check(), of a request that sigv2_asked() said yes to. On E_SIGNATURE the fail
 * carries AWSAccessKeyId, StringToSign, SignatureProvided, StringToSignBytes. Of out,
 * region, date, scope and signing_key are empty. [loop] */
NODISCARD enum err sigv2_check(const struct auth_conf *conf,
    const struct auth_request *rq, struct auth_result *out, struct fail *fail);

#endif
