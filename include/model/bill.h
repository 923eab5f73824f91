/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service would have charged for what the meter added up (model/meter.h), by the
 * prices of prices.def. Integers throughout: an amount is in nanodollars, rounded once, to
 * the nearest, in each line. [any] Sources: prices.def; aws.amazon.com/s3/faqs (byte-hours
 * by the hours of the month); docs.aws.amazon.com/AmazonS3/latest/userguide/
 * storage-class-intro.html (least times and sizes).
 */
#ifndef MODEL_BILL_H
#define MODEL_BILL_H

#include "model/meter.h"

enum bill_service {
#define PRICE_SERVICE(service, name, gb, days, whole, free_gb, free_a, free_b) \
	BILL_##service,
#include "model/prices.def"
	BILL_SERVICES
};
const char *bill_service_name(enum bill_service s);
bool bill_service_find(struct span name, enum bill_service *out);
/* What is to be known of its bills; NULL behind the last. */
const char *bill_note(enum bill_service s, unsigned i);

struct price {
	uint64_t storage; /* nanodollars; of a GB-month */
	uint64_t a, b; /* of a request */
	uint64_t retrieval; /* of a GB */
	uint64_t monitor; /* of an object-month */
	unsigned days; /* charged at least */
	bool small; /* objects under METER_SMALL are charged as that */
	bool extra; /* 32 KB an object more, and 8 KB as STANDARD */
	bool there, checked;
};
const struct price *bill_price(enum bill_service s, unsigned class);
/* As what the service charges a class: itself, or STANDARD where it has no such one. */
unsigned bill_class(enum bill_service s, unsigned class);
/* Longest least time that any service charges for a class: days. */
unsigned bill_least_days(unsigned class);

enum bill_item {
	BILL_STORAGE,
	BILL_EXTRA, /* the 8 KB */
	BILL_EARLY,
	BILL_MONITOR,
	BILL_A,
	BILL_B,
	BILL_TRANSITIONS,
	BILL_RETRIEVAL,
	BILL_RESTORES,
	BILL_ITEMS
};
const char *bill_item_name(enum bill_item i);
const char *bill_item_unit(enum bill_item i);

struct bill_line {
	unsigned month, class; /* stamp_month(); enum storage_class */
	enum bill_item item;
	meter_sum used,
	    charged; /* millionths of the unit; charged: rounded, less what is free */
	uint64_t amount;
};
struct bill {
	enum bill_service service;
	struct bill_line *line; /* in the order of months and classes */
	size_t n, cap;
	uint64_t amount;
	uint64_t a, b; /* requests charged, transitions among a */
	uint64_t free; /* requests that cost nothing, or failed so that they did not */
};
void bill_init(struct bill *b, enum bill_service s);
void bill_fini(struct bill *b);
/* One month more; of: by bill_class(). */
void bill_month(struct bill *b, unsigned month, const struct meter of[CLASS_COUNT]);

/* What is there, were it there for a month of 30 days, in these classes. */
uint64_t bill_storage(enum bill_service s, const struct usage of[CLASS_COUNT]);
/* What it costs to move so many objects to a class. */
uint64_t bill_move(enum bill_service s, unsigned class, uint64_t objects);

#endif
