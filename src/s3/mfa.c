/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x-amz-mfa: serial number and code of the root account's MFA device, which alone may delete
 * versions where a bucket has MFA delete, or change that. A code counts once.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
 */
#include "config.h"

#include "codec/digest.h"
#include "s3_priv.h"

#define DEVICE "arn:aws:iam::" ACCOUNT_ROOT ":mfa/root-account-mfa-device"

static enum err
malformed(struct rq *rq, struct span v)
{
	return bad_argument(rq, "x-amz-mfa", v,
	    "Mfa header is invalid -- the header should be formatted as "
	    "{serialNumber}(space){tokenCode}");
}

/* Is code the device's for step, and was neither it nor a later one used before? */
static bool
code_holds(struct s3 *s3, struct span code, uint64_t step)
{
	char want[TOTP_DIGITS];
	uint64_t last = atomic_load(&s3->mfa_step);

	totp_code(&s3->conf.mfa_secret, step, want);
	if (!digest_equal(want, code.p, sizeof want))
		return false;
	while (last < step)
		if (atomic_compare_exchange_weak(&s3->mfa_step, &last, step))
			return true;
	return false;
}

/* The device's clock may be a step off. */
static bool
device_says(struct rq *rq, struct span serial, struct span code)
{
	uint64_t now = (uint64_t)(rq->real_ms / 1000 / TOTP_STEP);

	if (rq->s3->conf.mfa_secret.n == 0 || !span_is(serial, DEVICE) ||
	    code.n != TOTP_DIGITS)
		return false;
	for (uint64_t step = now - 1; step <= now + 1; step++)
		if (code_holds(rq->s3, code, step))
			return true;
	return false;
}

enum err
mfa_check(struct rq *rq, bool *shown)
{
	struct span v = header_get(rq, "x-amz-mfa"), code = v, serial;
	uint64_t number;

	*shown = false;
	if (v.p == NULL)
		return OK;
	serial = span_cut(&code, ' ');
	if (serial.n == 0 || !span_u64(code, &number))
		return malformed(rq, v);
	if (rq->credential != NULL && rq->credential->temporary)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "DevPay and Mfa are mutually exclusive authorization methods.");
	if (rq->who->kind != IDENTITY_ROOT ||
	    !span_eq(rq->who->account, span_of(rq->bkt.account, ACCOUNT_DIGITS)))
		return fail_msg(&rq->fail, E_ACCESS_DENIED,
		    "This operation may only be performed by the bucket owner");
	*shown = device_says(rq, serial, code);
	return *shown ? OK : fail_set(&rq->fail, E_ACCESS_DENIED);
}
