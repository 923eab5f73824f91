/* SPDX-License-Identifier: Apache-2.0 */
/* MinIO's admin calls that only tell. Names and units are those of madmin's InfoMessage,
 * StorageInfo and DataUsageInfo. */
#include "config.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/proc.h"
#include "codec/json.h"
#include "codec/stamp.h"
#include "object/census.h"

#include "adm_priv.h"

enum { CENSUS_ROOM = 64 << 20 };

/* What all of them are made of. */
struct look {
	struct arena room;
	struct census census;
	struct proc_space space;
};

static enum err
look_read(struct txn *t, void *arg)
{
	struct look *l = arg;

	return obj_census(t, &l->room, &l->census);
}

static enum err
look_take(struct adm *c, struct look *l)
{
	struct reader *reader = reader_new(c->store);
	enum err e;

	*l = (struct look){ 0 };
	arena_init(&l->room, CENSUS_ROOM);
	proc_space(c->dir, &l->space);
	e = store_read(reader, look_read, l);
	reader_free(&reader);
	if (e != OK)
		arena_fini(&l->room);
	return e;
}

static void
put_text(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "\"%s\":", name);
	json_put(b, span_str(value));
	buf_char(b, ',');
}

/* A name, a number and a comma. */
static void
put_number(struct buf *b, const char *name, uint64_t v)
{
	buf_printf(b, "\"%s\":%" PRIu64 ",", name, v);
}

static void
put_end(struct buf *b, char with)
{
	b->n -= b->p[b->n - 1] == ',';
	buf_char(b, with);
}

static void
put_drive(struct buf *b, const struct adm *c, const struct look *l)
{
	buf_char(b, '{');
	put_text(b, "endpoint", c->dir);
	put_text(b, "path", c->dir);
	put_text(b, "state", "ok");
	put_number(b, "totalspace", l->space.total);
	put_number(b, "usedspace", l->space.total - l->space.free);
	put_number(b, "availspace", l->space.free);
	put_number(b, "used_inodes", l->space.inodes - l->space.inodes_free);
	put_number(b, "free_inodes", l->space.inodes_free);
	buf_str(b, "\"local\":true,\"pool_index\":0,\"set_index\":0,\"disk_index\":0}");
}

static void
put_server(struct buf *b, const struct adm *c, const struct look *l)
{
	buf_str(b, "\"servers\":[{");
	put_text(b, "state", "online");
	put_text(b, "endpoint", c->address);
	put_text(b, "scheme", c->tls ? "https" : "http");
	put_number(b, "uptime", (clock_mono_us() - c->start_us) / 1000000);
	put_text(b, "version", PACKAGE_VERSION);
	put_text(b, "edition", PACKAGE_NAME);
	buf_str(b, "\"network\":{");
	json_put(b, span_str(c->address));
	buf_str(b, ":\"online\"},\"poolNumber\":1,\"poolNumbers\":[1],\"drives\":[");
	put_drive(b, c, l);
	buf_str(b, "]}],");
}

static void
put_count(struct buf *b, const char *name, uint64_t n)
{
	buf_printf(b, "\"%s\":{\"count\":%" PRIu64 "},", name, n);
}

enum err
adm_minio_info(struct adm *c, struct s3_call *call)
{
	struct buf *b = &call->out;
	struct look l;
	enum err e = look_take(c, &l);

	if (e != OK)
		return e;
	buf_char(b, '{');
	put_text(b, "mode", "online");
	put_text(b, "region", c->region);
	put_count(b, "buckets", l.census.n);
	put_count(b, "objects", l.census.all.objects);
	put_count(b, "versions", l.census.all.versions);
	buf_printf(b, "\"usage\":{\"size\":%" PRIu64 "},", l.census.all.bytes);
	buf_str(b,
	    "\"backend\":{\"backendType\":\"Erasure\",\"onlineDisks\":1,\"offlineDisks\":"
	    "0,"
	    "\"standardSCParity\":0,\"rrSCParity\":0,\"totalSets\":[1],"
	    "\"totalDrivesPerSet\":[1]},");
	put_server(b, c, &l);
	buf_str(b, "\"pools\":{\"0\":{\"0\":{\"id\":0,");
	put_number(b, "rawUsage", l.space.total - l.space.free);
	put_number(b, "rawCapacity", l.space.total);
	put_number(b, "usage", l.census.all.bytes);
	put_number(b, "objectsCount", l.census.all.objects);
	put_number(b, "versionsCount", l.census.all.versions);
	put_end(b, '}');
	buf_str(b, "}}}\n");
	arena_fini(&l.room);
	s3_call_done(call);
	return OK;
}

enum err
adm_minio_storage(struct adm *c, struct s3_call *call)
{
	struct buf *b = &call->out;
	struct look l;
	enum err e = look_take(c, &l);

	if (e != OK)
		return e;
	buf_str(b, "{\"Disks\":[");
	put_drive(b, c, &l);
	buf_str(b, "],\"Backend\":{\"Type\":2,\"GatewayOnline\":false,\"OnlineDisks\":{");
	json_put(b, span_str(c->address));
	buf_str(b,
	    ":1},\"OfflineDisks\":{},\"StandardSCData\":[1],\"StandardSCParities\":[0],"
	    "\"RRSCData\":[1],\"RRSCParities\":[0],\"TotalSets\":[1],\"DrivesPerSet\":[1]"
	    "}}\n");
	arena_fini(&l.room);
	s3_call_done(call);
	return OK;
}

static void
put_bucket(struct buf *b, const struct census_bucket *row)
{
	json_put(b, row->name);
	buf_str(b, ":{");
	put_number(b, "size", row->bytes);
	put_number(b, "objectsCount", row->objects);
	put_number(b, "versionsCount", row->versions);
	buf_str(b, "\"objectsSizesHistogram\":{},\"objectsVersionsHistogram\":{}},");
}

enum err
adm_minio_usage(struct adm *c, struct s3_call *call)
{
	struct buf *b = &call->out;
	char now[STAMP_ISO];
	struct look l;
	enum err e = look_take(c, &l);

	if (e != OK)
		return e;
	stamp_iso(now, clock_real_ms());
	buf_printf(b, "{\"lastUpdate\":\"%.*s\",", STAMP_ISO, now);
	put_number(b, "objectsCount", l.census.all.objects);
	put_number(b, "versionsCount", l.census.all.versions);
	put_number(b, "objectsTotalSize", l.census.all.bytes);
	put_number(b, "bucketsCount", l.census.n);
	put_number(b, "capacity", l.space.total);
	put_number(b, "freeCapacity", l.space.free);
	put_number(b, "usedCapacity", l.space.total - l.space.free);
	buf_str(b, "\"bucketsUsageInfo\":{");
	for (size_t i = 0; i < l.census.n; i++)
		put_bucket(b, &l.census.bucket[i]);
	put_end(b, '}');
	buf_str(b, ",\"bucketsSizes\":{");
	for (size_t i = 0; i < l.census.n; i++) {
		json_put(b, l.census.bucket[i].name);
		buf_printf(b, ":%" PRIu64 ",", l.census.bucket[i].bytes);
	}
	put_end(b, '}');
	buf_str(b, "}\n");
	arena_fini(&l.room);
	s3_call_done(call);
	return OK;
}
