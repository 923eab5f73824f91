/* SPDX-License-Identifier: Apache-2.0 */
/* MinIO's admin calls that only tell. Names and units are those of madmin's InfoMessage,
 * StorageInfo and DataUsageInfo. */
#include "config.h"

#include "base/clock.h"
#include "base/proc.h"
#include "codec/json.h"
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
put_drive(struct buf *b, const struct adm *c, const struct look *l)
{
	buf_char(b, '{');
	json_str(b, "endpoint", c->dir);
	json_str(b, "path", c->dir);
	json_str(b, "state", "ok");
	json_u64(b, "totalspace", l->space.total);
	json_u64(b, "usedspace", l->space.total - l->space.free);
	json_u64(b, "availspace", l->space.free);
	json_u64(b, "used_inodes", l->space.inodes - l->space.inodes_free);
	json_u64(b, "free_inodes", l->space.inodes_free);
	buf_str(b, ",\"local\":true,\"pool_index\":0,\"set_index\":0,\"disk_index\":0}");
}

static void
put_server(struct buf *b, const struct adm *c, const struct look *l)
{
	buf_str(b, ",\"servers\":[{");
	json_str(b, "state", "online");
	json_str(b, "endpoint", c->address);
	json_str(b, "scheme", c->tls ? "https" : "http");
	json_u64(b, "uptime", (clock_mono_us() - c->start_us) / 1000000);
	json_str(b, "version", PACKAGE_VERSION);
	json_str(b, "edition", PACKAGE_NAME);
	json_begin(b, "network");
	json_put(b, span_str(c->address));
	buf_str(b, ":\"online\"},\"poolNumber\":1,\"poolNumbers\":[1],\"drives\":[");
	put_drive(b, c, l);
	buf_str(b, "]}]");
}

static void
put_count(struct buf *b, const char *name, uint64_t n)
{
	json_begin(b, name);
	json_u64(b, "count", n);
	buf_char(b, '}');
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
	json_str(b, "mode", "online");
	json_str(b, "region", c->region);
	put_count(b, "buckets", l.census.n);
	put_count(b, "objects", l.census.all.objects);
	put_count(b, "versions", l.census.all.versions);
	json_begin(b, "usage");
	json_u64(b, "size", l.census.all.bytes);
	buf_str(b,
	    "},\"backend\":{\"backendType\":\"Erasure\",\"onlineDisks\":1,"
	    "\"offlineDisks\":"
	    "0,"
	    "\"standardSCParity\":0,\"rrSCParity\":0,\"totalSets\":[1],"
	    "\"totalDrivesPerSet\":[1]}");
	put_server(b, c, &l);
	buf_str(b, ",\"pools\":{\"0\":{\"0\":{\"id\":0");
	json_u64(b, "rawUsage", l.space.total - l.space.free);
	json_u64(b, "rawCapacity", l.space.total);
	json_u64(b, "usage", l.census.all.bytes);
	json_u64(b, "objectsCount", l.census.all.objects);
	json_u64(b, "versionsCount", l.census.all.versions);
	buf_str(b, "}}}}\n");
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
	json_u64(b, "size", row->bytes);
	json_u64(b, "objectsCount", row->objects);
	json_u64(b, "versionsCount", row->versions);
	buf_str(b, ",\"objectsSizesHistogram\":{},\"objectsVersionsHistogram\":{}}");
}

enum err
adm_minio_usage(struct adm *c, struct s3_call *call)
{
	struct buf *b = &call->out;
	struct look l;
	enum err e = look_take(c, &l);

	if (e != OK)
		return e;
	buf_char(b, '{');
	json_time(b, "lastUpdate", clock_real_ms());
	json_u64(b, "objectsCount", l.census.all.objects);
	json_u64(b, "versionsCount", l.census.all.versions);
	json_u64(b, "objectsTotalSize", l.census.all.bytes);
	json_u64(b, "bucketsCount", l.census.n);
	json_u64(b, "capacity", l.space.total);
	json_u64(b, "freeCapacity", l.space.free);
	json_u64(b, "usedCapacity", l.space.total - l.space.free);
	json_begin(b, "bucketsUsageInfo");
	for (size_t i = 0; i < l.census.n; i++) {
		buf_str(b, i > 0 ? "," : "");
		put_bucket(b, &l.census.bucket[i]);
	}
	buf_char(b, '}');
	json_begin(b, "bucketsSizes");
	for (size_t i = 0; i < l.census.n; i++) {
		buf_str(b, i > 0 ? "," : "");
		json_put(b, l.census.bucket[i].name);
		buf_char(b, ':');
		buf_u64(b, l.census.bucket[i].bytes);
	}
	buf_str(b, "}}\n");
	arena_fini(&l.room);
	s3_call_done(call);
	return OK;
}
