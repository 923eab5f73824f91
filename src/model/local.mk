# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/acl.c \
	src/model/archive.c \
	src/model/directory.c \
	src/model/doc.c \
	src/model/doc_check.c \
	src/model/doc_priv.h \
	src/model/doc_rules.c \
	src/model/lifecycle.c \
	src/model/lifecycle_parse.c \
	src/model/model_priv.h \
	src/model/rec.c \
	src/model/rec_bucket.c \
	src/model/rec_crypt.c \
	src/model/rec_doc.c \
	src/model/rec_entity.c \
	src/model/rec_object.c \
	src/model/rec_point.c \
	src/model/rec_remote.c \
	src/model/rec_upload.c \
	src/model/side.c \
	src/model/site.c \
	src/model/tags.c \
	src/model/tier.c \
	src/model/usage.c \
	src/model/walk.c \
	src/model/worm.c \
	include/model/acl.h \
	include/model/archive.h \
	include/model/classes.def \
	include/model/directory.h \
	include/model/doc.h \
	include/model/docs.def \
	include/model/lifecycle.h \
	include/model/point.h \
	include/model/rec.h \
	include/model/rec_crypt.h \
	include/model/rec_remote.h \
	include/model/side.def \
	include/model/side.h \
	include/model/site.h \
	include/model/tables.def \
	include/model/tags.h \
	include/model/tier.h \
	include/model/worm.h
