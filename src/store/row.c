/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's own rows as bytes. Each begins with its version; all numbers big-endian. */
#include "config.h"

#include "store_priv.h"

static bool
sound(struct span in, size_t n)
{
	return in.n == n && in.p[0] == ROW_VERSION;
}

void
row_state_put(void *out, const struct state *s)
{
	char *p = out;

	p[0] = ROW_VERSION;
	be64_put(p + 1, s->next_id);
	be64_put(p + 9, s->segment);
	be64_put(p + 17, s->dead_seq);
	be64_put(p + 25, s->files);
}

bool
row_state_get(struct span in, struct state *out)
{
	if (!sound(in, STATE_SIZE))
		return false;
	out->next_id = be64_get(in.p + 1);
	out->segment = be64_get(in.p + 9);
	out->dead_seq = be64_get(in.p + 17);
	out->files = be64_get(in.p + 25);
	return true;
}

void
row_blob_put(void *out, const struct blob_row *r)
{
	char *p = out;

	p[0] = ROW_VERSION;
	p[1] = (char)r->kind;
	be32_put(p + 2, r->refs);
	be64_put(p + 6, r->len);
	be64_put(p + 14, r->place);
	be64_put(p + 22, r->off);
	be32_put(p + 30, r->crc32c);
}

bool
row_blob_get(struct span in, struct blob_row *out)
{
	if (!sound(in, BLOB_ROW_SIZE) || in.p[1] < BLOB_SEGMENT || in.p[1] > BLOB_LIST)
		return false;
	out->kind = (uint8_t)in.p[1];
	out->refs = be32_get(in.p + 2);
	out->len = be64_get(in.p + 6);
	out->place = be64_get(in.p + 14);
	out->off = be64_get(in.p + 22);
	out->crc32c = be32_get(in.p + 30);
	return true;
}

void
row_dead_put(void *out, const struct dead_row *r)
{
	char *p = out;

	p[0] = ROW_VERSION;
	p[1] = (char)r->kind;
	be64_put(p + 2, r->place);
	be64_put(p + 10, r->off);
	be64_put(p + 18, r->len);
	be64_put(p + 26, r->at);
}

bool
row_dead_get(struct span in, struct dead_row *out)
{
	if (!sound(in, DEAD_ROW_SIZE) || in.p[1] < BLOB_SEGMENT || in.p[1] > BLOB_LIST)
		return false;
	out->kind = (uint8_t)in.p[1];
	out->place = be64_get(in.p + 2);
	out->off = be64_get(in.p + 10);
	out->len = be64_get(in.p + 18);
	out->at = be64_get(in.p + 26);
	return true;
}

void
row_segment_put(void *out, const struct segment_row *r)
{
	char *p = out;

	p[0] = ROW_VERSION;
	p[1] = (char)r->sealed;
	be64_put(p + 2, r->len);
	be64_put(p + 10, r->dead);
	be64_put(p + 18, r->low);
	be64_put(p + 26, r->high);
}

bool
row_segment_get(struct span in, struct segment_row *out)
{
	if (!sound(in, SEGMENT_ROW_SIZE))
		return false;
	out->sealed = in.p[1] != 0;
	out->len = be64_get(in.p + 2);
	out->dead = be64_get(in.p + 10);
	out->low = be64_get(in.p + 18);
	out->high = be64_get(in.p + 26);
	return true;
}
