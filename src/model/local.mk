# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/rec.c src/model/rec_bucket.c src/model/rec_object.c src/model/rec_upload.c \
	src/model/usage.c src/model/walk.c src/model/model_priv.h \
	include/model/classes.def include/model/rec.h include/model/tables.def
