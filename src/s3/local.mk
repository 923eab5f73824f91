# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libs3.a
libs3_a_SOURCES = \
	src/s3/address.c \
	src/s3/allow.c \
	src/s3/alter.c \
	src/s3/bucket.c \
	src/s3/call.c \
	src/s3/context.c \
	src/s3/dispatch.c \
	src/s3/expiry.c \
	src/s3/granted.c \
	src/s3/headers.c \
	src/s3/headers_acl.c \
	src/s3/headers_lock.c \
	src/s3/intake.c \
	src/s3/op_acl.c \
	src/s3/op_bucket.c \
	src/s3/op_copy.c \
	src/s3/op_cors.c \
	src/s3/op_delete.c \
	src/s3/op_restore.c \
	src/s3/op_doc.c \
	src/s3/op_encryption.c \
	src/s3/op_get.c \
	src/s3/op_health.c \
	src/s3/op_list.c \
	src/s3/op_lock.c \
	src/s3/op_parts.c \
	src/s3/op_policy.c \
	src/s3/op_post.c \
	src/s3/op_query.c \
	src/s3/op_put.c \
	src/s3/op_rename.c \
	src/s3/op_service.c \
	src/s3/op_tag.c \
	src/s3/op_upload.c \
	src/s3/op_version.c \
	src/s3/owner.c \
	src/s3/payer.c \
	src/s3/query.c \
	src/s3/range.c \
	src/s3/reply.c \
	src/s3/route.c \
	src/s3/s3.c \
	src/s3/s3_priv.h \
	src/s3/sign.c \
	src/s3/sse.c \
	src/s3/sse_kms.c \
	src/s3/sse_priv.h \
	src/s3/website.c \
	include/s3/ops.def include/s3/s3.h include/s3/steps.def
libs3_a_SOURCES += src/s3/accesslog.c
libs3_a_SOURCES += src/s3/control.c src/s3/op_control.c src/s3/op_point.c src/s3/point.c
libs3_a_SOURCES += src/s3/trail.c
libs3_a_SOURCES += src/s3/op_session.c
