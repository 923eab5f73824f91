# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libobject.a
libobject_a_SOURCES = \
	src/object/body.c \
	src/object/checksum.c \
	src/object/obj_append.c \
	src/object/obj_bucket.c \
	src/object/obj_class.c \
	src/object/obj_complete.c \
	src/object/obj_cond.c \
	src/object/obj_copy.c \
	src/object/obj_doc.c \
	src/object/obj_list.c \
	src/object/obj_lock.c \
	src/object/obj_priv.h \
	src/object/obj_put.c \
	src/object/obj_read.c \
	src/object/obj_side.c \
	src/object/obj_state.c \
	src/object/obj_store.c \
	src/object/obj_upload.c \
	src/object/obj_version.c \
	src/object/obj_version_list.c \
	src/object/obj_write.c \
	src/object/put_priv.h \
	src/object/team.c \
	include/object/acl.h \
	include/object/body.h \
	include/object/bytes.h \
	include/object/checksum.h \
	include/object/document.h \
	include/object/lock.h \
	include/object/object.h \
	include/object/put.h \
	include/object/read.h include/object/state.h \
	include/object/team.h \
	include/object/upload.h \
	include/object/version.h \
	src/object/body.c \
	src/object/checksum.c \
	src/object/obj_acl.c \
	src/object/obj_append.c \
	src/object/obj_bucket.c \
	src/object/obj_bytes.c \
	src/object/obj_complete.c \
	src/object/obj_cond.c \
	src/object/obj_copy.c \
	src/object/obj_doc.c \
	src/object/obj_list.c \
	src/object/obj_lock.c \
	src/object/obj_priv.h \
	src/object/obj_put.c \
	src/object/obj_read.c \
	src/object/obj_side.c \
	src/object/obj_store.c \
	src/object/obj_upload.c \
	src/object/obj_version.c \
	src/object/obj_version_list.c \
	src/object/obj_write.c \
	src/object/put_priv.h \
	src/object/team.c

	include/object/version.h
libobject_a_SOURCES += src/object/obj_bytes.c include/object/bytes.h
libobject_a_SOURCES += src/object/crypt.c include/object/crypt.h \
	src/object/kms.c include/object/kms.h \
	src/object/obj_hash.c include/object/hash.h \
	src/object/obj_plain.c include/object/plain.h \
	src/object/obj_seal.c include/object/seal.h
libobject_a_SOURCES += src/object/obj_point.c include/object/point.h
