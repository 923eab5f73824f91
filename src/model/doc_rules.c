/* SPDX-License-Identifier: Apache-2.0 */
/* What each document may contain (docs.aws.amazon.com/AmazonS3/latest/API/, data types). */
#include "config.h"

#include "base/mem.h"
#include "doc_priv.h"

/* clang-format off */
#define TEXT(name, min, max) { name, RULE_TEXT, min, max, NULL, NULL }
#define WORD(name, min, max, words) { name, RULE_WORD, min, max, words, NULL }
#define NUMBER(name, min, max) { name, RULE_NUMBER, min, max, NULL, NULL }
#define BOOL(name, min, absent) { name, RULE_BOOL, min, 1, absent, NULL }
#define NODE(name, min, max, in) { name, RULE_NODE, min, max, NULL, in }
#define END { NULL, RULE_TEXT, 0, 0, NULL, NULL }

static const struct doc_rule nothing[] = { END };

static const struct doc_rule tag[] = { TEXT("Key", 1, 1), TEXT("Value", 1, 1), END };
static const struct doc_rule tag_set[] = { NODE("Tag", 0, 0, tag), END };
static const struct doc_rule tagging[] = { NODE("TagSet", 1, 1, tag_set), END };

static const struct doc_rule cors_rule[] = {
	TEXT("ID", 0, 1),
	TEXT("AllowedMethod", 1, 0),
	TEXT("AllowedOrigin", 1, 0),
	TEXT("AllowedHeader", 0, 0),
	NUMBER("MaxAgeSeconds", 0, 1),
	TEXT("ExposeHeader", 0, 0),
	END };
static const struct doc_rule cors[] = { NODE("CORSRule", 1, 100, cors_rule), END };

static const struct doc_rule web_all[] = {
	TEXT("HostName", 1, 1), TEXT("Protocol", 0, 1), END };
static const struct doc_rule web_index[] = { TEXT("Suffix", 0, 1), END };
static const struct doc_rule web_error[] = { TEXT("Key", 1, 1), END };
static const struct doc_rule web_condition[] = {
	TEXT("KeyPrefixEquals", 0, 1), TEXT("HttpErrorCodeReturnedEquals", 0, 1), END };
static const struct doc_rule web_redirect[] = {
	TEXT("Protocol", 0, 1),
	TEXT("HostName", 0, 1),
	TEXT("ReplaceKeyPrefixWith", 0, 1),
	TEXT("ReplaceKeyWith", 0, 1),
	TEXT("HttpRedirectCode", 0, 1),
	END };
static const struct doc_rule web_rule[] = {
	NODE("Condition", 0, 1, web_condition), NODE("Redirect", 1, 1, web_redirect), END };
static const struct doc_rule web_rules[] = { NODE("RoutingRule", 1, 0, web_rule), END };
static const struct doc_rule website[] = {
	NODE("RedirectAllRequestsTo", 0, 1, web_all),
	NODE("IndexDocument", 0, 1, web_index),
	NODE("ErrorDocument", 0, 1, web_error),
	NODE("RoutingRules", 0, 1, web_rules),
	END };

static const struct doc_rule accelerate[] = {
	WORD("Status", 1, 1, "Enabled Suspended"), END };
static const struct doc_rule payment[] = {
	WORD("Payer", 1, 1, "Requester BucketOwner"), END };
static const struct doc_rule abac[] = { WORD("Status", 1, 1, "Enabled Disabled"), END };

static const struct doc_rule log_partition[] = {
	WORD("PartitionDateSource", 0, 1, "EventTime DeliveryTime"), END };
static const struct doc_rule log_format[] = {
	NODE("SimplePrefix", 0, 1, nothing),
	NODE("PartitionedPrefix", 0, 1, log_partition),
	END };
static const struct doc_rule log_enabled[] = {
	TEXT("TargetBucket", 1, 1),
	TEXT("TargetPrefix", 1, 1),
	NODE("TargetGrants", 0, 1, nothing),
	NODE("TargetObjectKeyFormat", 0, 1, log_format),
	END };
static const struct doc_rule logging[] = {
	NODE("LoggingEnabled", 0, 1, log_enabled), END };

static const struct doc_rule filter_and[] = {
	TEXT("Prefix", 0, 1), NODE("Tag", 0, 0, tag), END };
static const struct doc_rule filter[] = {
	TEXT("Prefix", 0, 1), NODE("Tag", 0, 1, tag), NODE("And", 0, 1, filter_and), END };
static const struct doc_rule metrics_and[] = {
	TEXT("Prefix", 0, 1), NODE("Tag", 0, 0, tag), TEXT("AccessPointArn", 0, 1), END };
static const struct doc_rule metrics_filter[] = {
	TEXT("Prefix", 0, 1),
	NODE("Tag", 0, 1, tag),
	TEXT("AccessPointArn", 0, 1),
	NODE("And", 0, 1, metrics_and),
	END };
static const struct doc_rule metrics[] = {
	TEXT("Id", 1, 1), NODE("Filter", 0, 1, metrics_filter), END };

static const struct doc_rule analytics_bucket[] = {
	WORD("Format", 1, 1, "CSV"),
	TEXT("BucketAccountId", 0, 1),
	TEXT("Bucket", 1, 1),
	TEXT("Prefix", 0, 1),
	END };
static const struct doc_rule analytics_to[] = {
	NODE("S3BucketDestination", 1, 1, analytics_bucket), END };
static const struct doc_rule analytics_export[] = {
	WORD("OutputSchemaVersion", 1, 1, "V_1"),
	NODE("Destination", 1, 1, analytics_to),
	END };
static const struct doc_rule analytics_class[] = {
	NODE("DataExport", 0, 1, analytics_export), END };
static const struct doc_rule analytics[] = {
	TEXT("Id", 1, 1),
	NODE("Filter", 0, 1, filter),
	NODE("StorageClassAnalysis", 1, 1, analytics_class),
	END };

static const struct doc_rule tier[] = {
	WORD("AccessTier", 1, 1, "ARCHIVE_ACCESS DEEP_ARCHIVE_ACCESS"),
	NUMBER("Days", 1, 1),
	END };
static const struct doc_rule tiering[] = {
	TEXT("Id", 1, 1),
	NODE("Filter", 0, 1, filter),
	WORD("Status", 1, 1, "Enabled Disabled"),
	NODE("Tiering", 1, 2, tier),
	END };

static const struct doc_rule inventory_kms[] = { TEXT("KeyId", 1, 1), END };
static const struct doc_rule inventory_sse[] = {
	NODE("SSE-S3", 0, 1, nothing), NODE("SSE-KMS", 0, 1, inventory_kms), END };
static const struct doc_rule inventory_bucket[] = {
	TEXT("AccountId", 0, 1),
	TEXT("Bucket", 1, 1),
	WORD("Format", 1, 1, "CSV ORC Parquet"),
	TEXT("Prefix", 0, 1),
	NODE("Encryption", 0, 1, inventory_sse),
	END };
static const struct doc_rule inventory_to[] = {
	NODE("S3BucketDestination", 1, 1, inventory_bucket), END };
static const struct doc_rule inventory_filter[] = { TEXT("Prefix", 1, 1), END };
static const struct doc_rule inventory_fields[] = {
	WORD("Field", 0, 0,
	    "Size LastModifiedDate StorageClass ETag IsMultipartUploaded ReplicationStatus "
	    "EncryptionStatus ObjectLockRetainUntilDate ObjectLockMode "
	    "ObjectLockLegalHoldStatus IntelligentTieringAccessTier BucketKeyStatus "
	    "ChecksumAlgorithm ObjectAccessControlList ObjectOwner LifecycleExpirationDate"),
	END };
static const struct doc_rule inventory_when[] = {
	WORD("Frequency", 1, 1, "Daily Weekly"), END };
static const struct doc_rule inventory[] = {
	NODE("Destination", 1, 1, inventory_to),
	BOOL("IsEnabled", 1, NULL),
	NODE("Filter", 0, 1, inventory_filter),
	TEXT("Id", 1, 1),
	WORD("IncludedObjectVersions", 1, 1, "All Current"),
	NODE("OptionalFields", 0, 1, inventory_fields),
	NODE("Schedule", 1, 1, inventory_when),
	END };

static const struct doc_rule owner_rule[] = {
	WORD("ObjectOwnership", 1, 1, "BucketOwnerPreferred ObjectWriter BucketOwnerEnforced"),
	END };
static const struct doc_rule ownership[] = { NODE("Rule", 1, 1, owner_rule), END };
static const struct doc_rule public_block[] = {
	BOOL("BlockPublicAcls", 0, "false"),
	BOOL("IgnorePublicAcls", 0, "false"),
	BOOL("BlockPublicPolicy", 0, "false"),
	BOOL("RestrictPublicBuckets", 0, "false"),
	END };

static const struct doc_rule sse_by[] = {
	WORD("SSEAlgorithm", 1, 1, "AES256 aws:kms aws:kms:dsse"),
	TEXT("KMSMasterKeyID", 0, 1),
	END };
static const struct doc_rule sse_blocked[] = {
	WORD("EncryptionType", 1, 1, "NONE SSE-C"), END };
static const struct doc_rule sse_rule[] = {
	NODE("ApplyServerSideEncryptionByDefault", 0, 1, sse_by),
	BOOL("BucketKeyEnabled", 0, "false"),
	NODE("BlockedEncryptionTypes", 0, 1, sse_blocked),
	END };
static const struct doc_rule encryption[] = { NODE("Rule", 1, 1, sse_rule), END };
static const struct doc_rule life_and[] = {
	TEXT("Prefix", 0, 1),
	NODE("Tag", 0, 0, tag),
	TEXT("ObjectSizeGreaterThan", 0, 1),
	TEXT("ObjectSizeLessThan", 0, 1),
	END };
static const struct doc_rule life_filter[] = {
	TEXT("Prefix", 0, 1),
	NODE("Tag", 0, 1, tag),
	TEXT("ObjectSizeGreaterThan", 0, 1),
	TEXT("ObjectSizeLessThan", 0, 1),
	NODE("And", 0, 1, life_and),
	END };
static const struct doc_rule life_transition[] = {
	TEXT("Date", 0, 1), TEXT("Days", 0, 1), TEXT("StorageClass", 1, 1), END };
static const struct doc_rule life_expiration[] = {
	TEXT("Date", 0, 1),
	TEXT("Days", 0, 1),
	BOOL("ExpiredObjectDeleteMarker", 0, NULL),
	BOOL("ExpiredObjectAllVersions", 0, NULL),
	END };
static const struct doc_rule life_old_transition[] = {
	TEXT("NoncurrentDays", 1, 1),
	TEXT("NewerNoncurrentVersions", 0, 1),
	TEXT("StorageClass", 1, 1),
	END };
static const struct doc_rule life_old_expiration[] = {
	TEXT("NoncurrentDays", 1, 1), TEXT("NewerNoncurrentVersions", 0, 1), END };
static const struct doc_rule life_abort[] = { TEXT("DaysAfterInitiation", 1, 1), END };
static const struct doc_rule life_marker[] = { TEXT("Days", 1, 1), END };
static const struct doc_rule life_rule[] = {
	TEXT("ID", 0, 1),
	NODE("Filter", 0, 1, life_filter),
	TEXT("Prefix", 0, 1),
	WORD("Status", 1, 1, "Enabled Disabled"),
	NODE("Transition", 0, 0, life_transition),
	NODE("Expiration", 0, 1, life_expiration),
	NODE("NoncurrentVersionTransition", 0, 0, life_old_transition),
	NODE("NoncurrentVersionExpiration", 0, 1, life_old_expiration),
	NODE("AbortIncompleteMultipartUpload", 0, 1, life_abort),
	NODE("DelMarkerExpiration", 0, 1, life_marker),
	END };
static const struct doc_rule lifecycle[] = { NODE("Rule", 1, 0, life_rule), END };
static const struct doc_rule note_rule[] = {
	TEXT("Name", 1, 1), TEXT("Value", 1, 1), END };
static const struct doc_rule note_key[] = { NODE("FilterRule", 0, 0, note_rule), END };
static const struct doc_rule note_filter[] = { NODE("S3Key", 0, 1, note_key), END };
static const struct doc_rule note_topic[] = {
	TEXT("Id", 0, 1),
	TEXT("Topic", 1, 1),
	TEXT("Event", 1, 0),
	NODE("Filter", 0, 1, note_filter),
	END };
static const struct doc_rule note_queue[] = {
	TEXT("Id", 0, 1),
	TEXT("Queue", 1, 1),
	TEXT("Event", 1, 0),
	NODE("Filter", 0, 1, note_filter),
	END };
static const struct doc_rule note_function[] = {
	TEXT("Id", 0, 1),
	TEXT("CloudFunction", 1, 1),
	TEXT("Event", 1, 0),
	NODE("Filter", 0, 1, note_filter),
	END };
static const struct doc_rule notification[] = {
	NODE("TopicConfiguration", 0, 100, note_topic),
	NODE("QueueConfiguration", 0, 100, note_queue),
	NODE("CloudFunctionConfiguration", 0, 100, note_function),
	NODE("EventBridgeConfiguration", 0, 1, nothing),
	END };
static const struct doc_rule status[] = { WORD("Status", 1, 1, "Enabled Disabled"), END };
static const struct doc_rule repl_select[] = {
	NODE("SseKmsEncryptedObjects", 0, 1, status),
	NODE("ReplicaModifications", 0, 1, status),
	END };
static const struct doc_rule repl_minutes[] = { NUMBER("Minutes", 0, 1), END };
static const struct doc_rule repl_time[] = {
	WORD("Status", 1, 1, "Enabled Disabled"), NODE("Time", 1, 1, repl_minutes), END };
static const struct doc_rule repl_metrics[] = {
	WORD("Status", 1, 1, "Enabled Disabled"),
	NODE("EventThreshold", 0, 1, repl_minutes),
	END };
static const struct doc_rule repl_owner[] = { WORD("Owner", 1, 1, "Destination"), END };
static const struct doc_rule repl_key[] = { TEXT("ReplicaKmsKeyID", 0, 1), END };
static const struct doc_rule repl_to[] = {
	TEXT("Bucket", 1, 1),
	TEXT("Account", 0, 1),
	TEXT("StorageClass", 0, 1),
	NODE("AccessControlTranslation", 0, 1, repl_owner),
	NODE("EncryptionConfiguration", 0, 1, repl_key),
	NODE("ReplicationTime", 0, 1, repl_time),
	NODE("Metrics", 0, 1, repl_metrics),
	END };
static const struct doc_rule repl_rule[] = {
	TEXT("ID", 0, 1),
	TEXT("Priority", 0, 1),
	TEXT("Prefix", 0, 1),
	NODE("Filter", 0, 1, filter),
	WORD("Status", 1, 1, "Enabled Disabled"),
	NODE("SourceSelectionCriteria", 0, 1, repl_select),
	NODE("ExistingObjectReplication", 0, 1, status),
	NODE("DeleteMarkerReplication", 0, 1, status),
	NODE("DeleteReplication", 0, 1, status),
	NODE("Destination", 1, 1, repl_to),
	END };
static const struct doc_rule replication[] = {
	TEXT("Role", 0, 1), NODE("Rule", 1, 0, repl_rule), END };
static const struct doc_rule lock_hold[] = {
	TEXT("Days", 0, 1), TEXT("Years", 0, 1), END };
static const struct doc_rule lock_retention[] = {
	WORD("Mode", 1, 1, "GOVERNANCE COMPLIANCE"),
	TEXT("Days", 0, 1),
	TEXT("Years", 0, 1),
	NODE("DefaultEventHold", 0, 1, lock_hold),
	END };
static const struct doc_rule lock_rule[] = {
	NODE("DefaultRetention", 1, 1, lock_retention), END };
static const struct doc_rule object_lock[] = {
	WORD("ObjectLockEnabled", 1, 1, "Enabled"),
	NODE("Rule", 0, 1, lock_rule),
	END };
/* clang-format on */

static const struct doc_rule *const rules[DOC_COUNT] = {
	[DOC_TAGGING] = tagging,
	[DOC_CORS] = cors,
	[DOC_WEBSITE] = website,
	[DOC_ACCELERATE] = accelerate,
	[DOC_REQUEST_PAYMENT] = payment,
	[DOC_LOGGING] = logging,
	[DOC_METRICS] = metrics,
	[DOC_ANALYTICS] = analytics,
	[DOC_TIERING] = tiering,
	[DOC_INVENTORY] = inventory,
	[DOC_OWNERSHIP] = ownership,
	[DOC_PUBLIC_BLOCK] = public_block,
	[DOC_ABAC] = abac,
	[DOC_ENCRYPTION] = encryption,
	[DOC_LIFECYCLE] = lifecycle,
	[DOC_REPLICATION] = replication,
	[DOC_OBJECT_LOCK] = object_lock,
	[DOC_NOTIFICATION] = notification,
};

const struct doc_rule *
doc_rules(enum doc d)
{
	MUST(d < DOC_COUNT);
	return rules[d];
}
