/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/notify.h"

#include "model/doc.h"
#include "model/outbox.h"

#include "doc_priv.h"

enum { VALUE_MAX = 1024, ID_MAX = 255 };

/* What each kind of configuration is called, and where it names its destination. */
static const struct {
	const char *name, *to, *service;
} kinds[] = {
	[NOTIFY_TOPIC] = { "TopicConfiguration", "Topic", "sns" },
	[NOTIFY_QUEUE] = { "QueueConfiguration", "Queue", "sqs" },
	[NOTIFY_FUNCTION] = { "CloudFunctionConfiguration", "CloudFunction", "lambda" },
};

/* ---- before the elements are checked ---- */

static void
id_give(struct arena *a, struct xml_node *conf)
{
	struct xml_node *id = xml_child(conf, "Id");

	if (id != NULL && id->text.n > 0)
		return;
	if (id == NULL) {
		id = arena_zalloc(a, sizeof *id);
		id->name = SPAN_LIT("Id");
		id->parent = conf;
		id->next = conf->child;
		conf->child = id;
	}
	id->text = doc_make_id(a);
}

static void
names_show(struct xml_node *conf)
{
	struct xml_node *filter = xml_child(conf, "Filter"),
			*key = filter != NULL ? xml_child(filter, "S3Key") : NULL, *name;

	if (key == NULL)
		return;
	for (struct xml_node *r = xml_child(key, "FilterRule"); r != NULL;
	     r = xml_next(r, "FilterRule")) {
		name = xml_child(r, "Name");
		if (name != NULL && span_ieq(name->text, SPAN_LIT("prefix")))
			name->text = SPAN_LIT("Prefix");
		if (name != NULL && span_ieq(name->text, SPAN_LIT("suffix")))
			name->text = SPAN_LIT("Suffix");
	}
}

void
notify_complete(struct arena *a, struct xml_node *root)
{
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (struct xml_node *c = xml_child(root, kinds[k].name); c != NULL;
		     c = xml_next(c, kinds[k].name)) {
			id_give(a, c);
			names_show(c);
		}
}

/* ---- what it says ---- */

static enum err
refuse(struct fail *fail, const char *text, const char *name, struct span value)
{
	return name != NULL ? fail_argument(fail, name, value, "%s", text)
			    : fail_msg(fail, E_INVALID_ARGUMENT, "%s", text);
}

/* arn:PARTITION:SERVICE:REGION:ACCOUNT:NAME; MinIO calls all its targets sqs. */
static bool
arn_is(struct span arn, const char *service)
{
	struct span part[5], rest = arn;

	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		part[i] = span_cut(&rest, ':');
	if (!span_is(part[0], "arn") || rest.n == 0 || arn.n > ARN_MAX ||
	    span_find(arn, '\0', 0) < arn.n)
		return false;
	if (span_is(part[1], "minio"))
		return span_is(part[2], "sqs");
	return span_starts(part[1], SPAN_LIT("aws")) && span_is(part[2], service) &&
	    part[3].n > 0 && part[4].n > 0;
}

static enum err
filter_take(const struct xml_node *conf, struct watch_rule *w, struct fail *fail)
{
	const struct xml_node *filter = xml_child(conf, "Filter"),
			      *key = filter != NULL ? xml_child(filter, "S3Key") : NULL;

	for (const struct xml_node *r = key != NULL ? xml_child(key, "FilterRule") : NULL;
	     r != NULL; r = xml_next(r, "FilterRule")) {
		struct span name = xml_text(r, "Name"), value = xml_text(r, "Value");
		bool prefix = span_is(name, "Prefix");
		struct span *to = prefix ? &w->prefix : &w->suffix;

		if (!prefix && !span_is(name, "Suffix"))
			return refuse(fail,
			    "filter rule name must be either prefix or suffix",
			    "FilterRule.Name", name);
		if (to->p != NULL)
			return refuse(fail,
			    prefix ? "Cannot specify more than one prefix rule in a "
				     "filter."
				   : "Cannot specify more than one suffix rule in a "
				     "filter.",
			    "FilterRule.Name", name);
		if (value.n > VALUE_MAX)
			return refuse(fail,
			    "Size of filter rule value cannot exceed 1024 bytes in UTF-8 "
			    "representation",
			    "FilterRule.Value", value);
		*to = value.n > 0 ? value : SPAN_LIT("");
	}
	return OK;
}

static enum err
events_take(const struct xml_node *conf, struct watch_rule *w, struct fail *fail)
{
	uint64_t set;

	for (const struct xml_node *c = xml_child(conf, "Event"); c != NULL;
	     c = xml_next(c, "Event")) {
		if (!event_set(c->text, &set))
			return refuse(fail,
			    "The event is not supported for notifications", "Event",
			    c->text);
		w->events |= set;
	}
	return OK;
}

static enum err
arn_take(const struct xml_node *conf, struct notify_rule *r, struct fail *fail)
{
	struct span arn = xml_text(conf, kinds[r->kind].to);

	if (!arn_is(arn, kinds[r->kind].service))
		return refuse(
		    fail, "The ARN could not be parsed", kinds[r->kind].to, arn);
	r->watch.arn = arn;
	return OK;
}

/* ---- two of them ---- */

static bool
overlap(struct span a, struct span b, bool (*fits)(struct span a, struct span b))
{
	return fits(a, b) || fits(b, a);
}

static bool
is_minio(struct span arn)
{
	return span_starts(arn, SPAN_LIT("arn:minio:"));
}

/* Two targets of MinIO's form may be told the same, as with MinIO. */
static enum err
pair_check(const struct watch_rule *a, const struct watch_rule *b, struct fail *fail)
{
	bool plain = a->prefix.n + a->suffix.n + b->prefix.n + b->suffix.n == 0;

	if (span_eq(a->id, b->id))
		return refuse(fail,
		    "Same ID used for multiple configurations. IDs must be unique", NULL,
		    SPAN_NONE);
	if ((a->events & b->events) == 0 ||
	    (is_minio(a->arn) && is_minio(b->arn) && !span_eq(a->arn, b->arn)) ||
	    !overlap(a->prefix, b->prefix, span_starts) ||
	    !overlap(a->suffix, b->suffix, span_ends))
		return OK;
	return refuse(fail,
	    plain ? "Configurations overlap. Configurations on the same bucket cannot "
		    "share a common event type."
		  : "Configuration is ambiguously defined. Cannot have overlapping "
		    "suffixes in two rules if the prefixes are overlapping for the same "
		    "event type.",
	    NULL, SPAN_NONE);
}

static enum err
pairs_check(const struct notify *n, struct fail *fail)
{
	enum err e = OK;

	for (size_t i = 0; i < n->n; i++)
		for (size_t k = i + 1; e == OK && k < n->n; k++)
			if (n->rule[k].kind != NOTIFY_BRIDGE)
				e = pair_check(
				    &n->rule[i].watch, &n->rule[k].watch, fail);
	return e;
}

/* Everything AWS has, whatever is asked for elsewhere. */
static uint64_t
bridge_events(void)
{
	uint64_t set = 0;

	for (unsigned e = EVENT_PUT; e < EVENT_GET; e++)
		if (e != EVENT_LOST)
			set |= event_bit((enum event)e);
	return set;
}

static size_t
count(const struct xml_node *root)
{
	size_t n = 0;

	for (const struct xml_node *c = root->child; c != NULL; c = c->next)
		n++;
	return n;
}

enum err
notify_parse(
    struct arena *a, const struct xml_node *root, struct notify *out, struct fail *fail)
{
	struct notify n = { .rule = arena_array(a, count(root) + 1, sizeof *n.rule) };
	enum err e = OK;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		for (const struct xml_node *c = xml_child(root, kinds[k].name);
		     c != NULL && e == OK; c = xml_next(c, kinds[k].name)) {
			struct notify_rule *r = &n.rule[n.n++];

			r->kind = (enum notify_kind)k;
			r->watch.id = xml_text(c, "Id");
			e = arn_take(c, r, fail);
			if (e == OK && r->watch.id.n > ID_MAX)
				e = refuse(fail,
				    "The Id of a configuration must not be longer than "
				    "255 characters",
				    "Id", r->watch.id);
			if (e == OK)
				e = events_take(c, &r->watch, fail);
			if (e == OK)
				e = filter_take(c, &r->watch, fail);
		}
	if (e == OK)
		e = pairs_check(&n, fail);
	if (e == OK && xml_child(root, "EventBridgeConfiguration") != NULL)
		n.rule[n.n++] = (struct notify_rule){ NOTIFY_BRIDGE,
			{ .events = bridge_events(), .arn = SPAN_LIT("eventbridge") } };
	if (e == OK)
		*out = n;
	return e;
}

enum err
notify_load(struct arena *a, struct span inner, struct notify *out)
{
	struct buf text = { 0 };
	struct xml_node *root;
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	doc_render(&text, DOC_NOTIFICATION, inner, true);
	e = xml_parse(a, arena_span(a, buf_view(&text)), &root, &fail);
	buf_fini(&text);
	if (e == OK)
		e = notify_parse(a, root, out, &fail);
	return e == OK ? OK : E_CORRUPT;
}

void
notify_watch(struct buf *out, const struct notify *n)
{
	for (size_t i = 0; i < n->n; i++)
		watch_put(out, &n->rule[i].watch);
}
