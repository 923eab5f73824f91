/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/checksum.h"

#include <stdio.h>

#include "codec/b64.h"
#include "codec/crc.h"

static const struct checksum_row checksum_rows[CHECKSUM_KINDS] = {
	[CHECKSUM_CRC32] = { "CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", 4, true,
	    true },
	[CHECKSUM_CRC32C] = { "CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", 4,
	    true, true },
	[CHECKSUM_CRC64NVME] = { "CRC64NVME", "x-amz-checksum-crc64nvme",
	    "ChecksumCRC64NVME", 8, false, true },
	[CHECKSUM_SHA1] = { "SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", 20, true,
	    false },
	[CHECKSUM_SHA256] = { "SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", 32,
	    true, false },
	[CHECKSUM_SHA512] = { "SHA512", "x-amz-checksum-sha512", "ChecksumSHA512", 64,
	    true, false },
	[CHECKSUM_MD5] = { "MD5", "x-amz-checksum-md5", "ChecksumMD5", 16, true, false },
	[CHECKSUM_XXHASH64] = { "XXHASH64", "x-amz-checksum-xxhash64", "ChecksumXXHASH64",
	    8, true, false },
	[CHECKSUM_XXHASH3] = { "XXHASH3", "x-amz-checksum-xxhash3", "ChecksumXXHASH3", 8,
	    true, false },
	[CHECKSUM_XXHASH128] = { "XXHASH128", "x-amz-checksum-xxhash128",
	    "ChecksumXXHASH128", 16, true, false },
};

const char checksum_unknown[] =
    "Checksum algorithm provided is unsupported. Please try again with any of the valid "
    "types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, "
    "XXHASH64]";

const struct checksum_row *
checksum_row(uint8_t kind)
{
	MUST(kind > CHECKSUM_NONE && kind < CHECKSUM_KINDS);
	return &checksum_rows[kind];
}

bool
checksum_find(struct span name, uint8_t *kind)
{
	for (uint8_t i = 1; i < CHECKSUM_KINDS; i++)
		if (span_ieq(name, span_str(checksum_rows[i].name))) {
			*kind = i;
			return true;
		}
	return false;
}

void
checksum_begin(struct checksum_calc *c, uint8_t kind)
{
	*c = (struct checksum_calc){ .kind = kind };
	switch (kind) {
	case CHECKSUM_SHA1:
		c->digest = digest_new(DIGEST_SHA1);
		break;
	case CHECKSUM_SHA256:
		c->digest = digest_new(DIGEST_SHA256);
		break;
	case CHECKSUM_SHA512:
		c->digest = digest_new(DIGEST_SHA512);
		break;
	case CHECKSUM_MD5:
		c->digest = digest_new(DIGEST_MD5);
		break;
	case CHECKSUM_XXHASH64:
		c->xxh = xxh_new(XXHASH_64);
		break;
	case CHECKSUM_XXHASH3:
		c->xxh = xxh_new(XXHASH_3);
		break;
	case CHECKSUM_XXHASH128:
		c->xxh = xxh_new(XXHASH_128);
		break;
	default:
		break;
	}
}

void
checksum_add(struct checksum_calc *c, const void *p, size_t n)
{
	switch (c->kind) {
	case CHECKSUM_CRC32:
		c->crc = crc32_add((uint32_t)c->crc, p, n);
		break;
	case CHECKSUM_CRC32C:
		c->crc = crc32c_add((uint32_t)c->crc, p, n);
		break;
	case CHECKSUM_CRC64NVME:
		c->crc = crc64nvme_add(c->crc, p, n);
		break;
	default:
		if (c->digest != NULL)
			digest_add(c->digest, p, n);
		else if (c->xxh != NULL)
			xxh_add(c->xxh, p, n);
		break;
	}
}

static void
checksum_put_crc(struct checksum *out, uint8_t kind, uint64_t crc)
{
	if (kind == CHECKSUM_CRC64NVME)
		be64_put(out->value, crc);
	else
		be32_put(out->value, (uint32_t)crc);
}

void
checksum_end(struct checksum_calc *c, struct checksum *out)
{
	*out = (struct checksum){ .kind = c->kind };
	if (c->kind != CHECKSUM_NONE)
		out->n = checksum_rows[c->kind].size;
	if (c->digest != NULL)
		digest_end(c->digest, out->value);
	else if (c->xxh != NULL)
		xxh_end(c->xxh, out->value);
	else if (c->kind != CHECKSUM_NONE)
		checksum_put_crc(out, c->kind, c->crc);
	checksum_drop(c);
}

void
checksum_drop(struct checksum_calc *c)
{
	if (c->digest != NULL)
		digest_free(&c->digest);
	if (c->xxh != NULL)
		xxh_free(&c->xxh);
}

size_t
checksum_render(char out[CHECKSUM_TEXT], const struct checksum *c, unsigned parts)
{
	size_t n = b64_render(out, c->value, c->n);

	if (c->composite && parts > 0)
		n += (size_t)snprintf(out + n, CHECKSUM_TEXT - n, "-%u", parts);
	return n;
}

bool
checksum_parse(uint8_t kind, struct span text, struct checksum *out)
{
	struct checksum c = { .kind = kind };
	size_t n;

	if (!b64_parse(c.value, sizeof c.value, &n, text) ||
	    n != checksum_row(kind)->size)
		return false;
	c.n = (uint8_t)n;
	*out = c;
	return true;
}

void
checksum_join_begin(struct checksum_join *j, uint8_t kind, bool composite)
{
	*j = (struct checksum_join){ .kind = kind, .composite = composite };
	if (composite)
		checksum_begin(&j->calc, kind);
}

void
checksum_join_add(struct checksum_join *j, const struct checksum *part, uint64_t size)
{
	uint64_t crc;

	if (j->kind == CHECKSUM_NONE)
		return;
	if (j->composite) {
		checksum_add(&j->calc, part->value, part->n);
		return;
	}
	crc =
	    j->kind == CHECKSUM_CRC64NVME ? be64_get(part->value) : be32_get(part->value);
	if (!j->started)
		j->crc = crc;
	else if (j->kind == CHECKSUM_CRC64NVME)
		j->crc = crc64nvme_join(j->crc, crc, size);
	else if (j->kind == CHECKSUM_CRC32C)
		j->crc = crc32c_join((uint32_t)j->crc, (uint32_t)crc, size);
	else
		j->crc = crc32_join((uint32_t)j->crc, (uint32_t)crc, size);
	j->started = true;
}

void
checksum_join_end(struct checksum_join *j, struct checksum *out)
{
	if (j->composite) {
		checksum_end(&j->calc, out);
		out->composite = true;
		return;
	}
	*out = (struct checksum){ .kind = j->kind };
	if (j->kind == CHECKSUM_NONE)
		return;
	out->n = checksum_rows[j->kind].size;
	checksum_put_crc(out, j->kind, j->crc);
}
