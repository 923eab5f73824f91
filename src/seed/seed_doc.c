/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of buckets in the JSON that AWS's command line and SDKs have, as the XML that
 * goes over the wire: members are elements of the same name, but for lists, whose elements
 * have a name of their own (the service model's locationName). Whether it makes sense is
 * for the server to say.
 */
#include "config.h"

#include "codec/json.h"
#include "codec/xml.h"
#include "seed_priv.h"

const struct seed_doc seed_docs[] = {
	{ "object_lock", "object-lock", "ObjectLockConfiguration", false, PASS_SETTING },
	{ "ownership_controls", "ownershipControls", "OwnershipControls", false,
	    PASS_SETTING },
	{ "public_access_block", "publicAccessBlock", "PublicAccessBlockConfiguration",
	    false, PASS_SETTING },
	{ "encryption", "encryption", "ServerSideEncryptionConfiguration", false,
	    PASS_SETTING },
	{ "cors", "cors", "CORSConfiguration", false, PASS_SETTING },
	{ "website", "website", "WebsiteConfiguration", false, PASS_SETTING },
	{ "accelerate", "accelerate", "AccelerateConfiguration", false, PASS_SETTING },
	{ "request_payment", "requestPayment", "RequestPaymentConfiguration", false,
	    PASS_SETTING },
	{ "abac", "abac", "AbacStatus", false, PASS_SETTING },
	{ "metrics", "metrics", "MetricsConfiguration", true, PASS_SETTING },
	{ "analytics", "analytics", "AnalyticsConfiguration", true, PASS_SETTING },
	{ "intelligent_tiering", "intelligent-tiering", "IntelligentTieringConfiguration",
	    true, PASS_SETTING },
	{ "inventory", "inventory", "InventoryConfiguration", true, PASS_SETTING },
	{ "logging", "logging", "BucketLoggingStatus", false, PASS_LATE },
	{ "lifecycle", "lifecycle", "LifecycleConfiguration", false, PASS_LATE },
	{ "notification", "notification", "NotificationConfiguration", false, PASS_LATE },
	{ "replication", "replication", "ReplicationConfiguration", false, PASS_LATE },
	{ NULL, NULL, NULL, false, PASS_SETTING },
};

/* JSON's name, the element's; inside: the list's elements within it. */
static const struct {
	const char *json, *element, *inside;
} names[] = {
	{ "CORSRules", "CORSRule", NULL },
	{ "AllowedHeaders", "AllowedHeader", NULL },
	{ "AllowedMethods", "AllowedMethod", NULL },
	{ "AllowedOrigins", "AllowedOrigin", NULL },
	{ "ExposeHeaders", "ExposeHeader", NULL },
	{ "Rules", "Rule", NULL },
	{ "Transitions", "Transition", NULL },
	{ "NoncurrentVersionTransitions", "NoncurrentVersionTransition", NULL },
	{ "Tags", "Tag", NULL },
	{ "TagSet", "TagSet", "Tag" },
	{ "RoutingRules", "RoutingRules", "RoutingRule" },
	{ "TargetGrants", "TargetGrants", "Grant" },
	{ "OptionalFields", "OptionalFields", "Field" },
	{ "Tierings", "Tiering", NULL },
	{ "TopicConfigurations", "TopicConfiguration", NULL },
	{ "QueueConfigurations", "QueueConfiguration", NULL },
	{ "LambdaFunctionConfigurations", "CloudFunctionConfiguration", NULL },
	{ "TopicArn", "Topic", NULL },
	{ "QueueArn", "Queue", NULL },
	{ "LambdaFunctionArn", "CloudFunction", NULL },
	{ "Events", "Event", NULL },
	{ "FilterRules", "FilterRule", NULL },
	{ "SSES3", "SSE-S3", NULL },
	{ "SSEKMS", "SSE-KMS", NULL },
};

const struct seed_doc *
seed_doc_find(const char *member)
{
	for (const struct seed_doc *d = seed_docs; d->member != NULL; d++)
		if (strcmp(d->member, member) == 0)
			return d;
	return NULL;
}

static bool members_render(struct buf *out, const cJSON *object, const char **bad);

/* A name goes between brackets as it is. */
static bool
name_is_plain(const char *name)
{
	const char *at = name;

	for (; *at != '\0'; at++)
		if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			(*at >= '0' && *at <= '9') || *at == '-'))
			return false;
	return at != name && (*name < '0' || *name > '9') && *name != '-';
}

static bool
value_render(struct buf *out, const char *element, const cJSON *v, const char **bad)
{
	if (cJSON_IsObject(v)) {
		xml_open(out, element);
		if (!members_render(out, v, bad))
			return false;
		xml_close(out, element);
	} else if (cJSON_IsString(v))
		xml_put_str(out, element, v->valuestring);
	else if (cJSON_IsBool(v))
		xml_put_bool(out, element, cJSON_IsTrue(v));
	else if (cJSON_IsNumber(v) && v->valuedouble >= 0 && v->valuedouble < 1e15 &&
	    (double)(uint64_t)v->valuedouble == v->valuedouble)
		xml_put_u64(out, element, (uint64_t)v->valuedouble);
	else {
		*bad = element;
		return false;
	}
	return true;
}

static bool
list_render(struct buf *out, const char *element, const cJSON *list, const char **bad)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, list)
	{
		if (!value_render(out, element, one, bad))
			return false;
	}
	return true;
}

static bool
member_render(struct buf *out, const cJSON *v, const char **bad)
{
	const char *element = v->string, *inside = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].json, v->string) == 0) {
			element = names[i].element;
			inside = names[i].inside;
		}
	/* The filter of a notification; elsewhere a Key is a text. */
	if (strcmp(v->string, "Key") == 0 && cJSON_IsObject(v))
		element = "S3Key";
	if (!name_is_plain(element)) {
		*bad = v->string;
		return false;
	}
	if (!cJSON_IsArray(v))
		return value_render(out, element, v, bad);
	if (inside == NULL)
		return list_render(out, element, v, bad);
	xml_open(out, element);
	if (!list_render(out, inside, v, bad))
		return false;
	xml_close(out, element);
	return true;
}

static bool
members_render(struct buf *out, const cJSON *object, const char **bad)
{
	const cJSON *m;

	cJSON_ArrayForEach(m, object)
	{
		if (!member_render(out, m, bad))
			return false;
	}
	return true;
}

bool
seed_doc_render(
    struct buf *out, const struct seed_doc *d, const cJSON *v, const char **bad)
{
	*bad = d->member;
	if (cJSON_IsString(v) && v->valuestring[0] == '<') {
		buf_str(out, v->valuestring); /* XML already */
		return true;
	}
	if (!cJSON_IsObject(v))
		return false;
	buf_printf(out, "<%s xmlns=\"" XML_S3NS "\">", d->root);
	if (!members_render(out, v, bad))
		return false;
	xml_close(out, d->root);
	return true;
}
