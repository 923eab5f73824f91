# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libcodec.a
libcodec_a_SOURCES = \
	src/codec/b64.c \
	src/codec/crc.c \
	src/codec/crc_fold.c \
	src/codec/crc_priv.h \
	src/codec/digest.c \
	src/codec/sha256.c src/codec/sha256_priv.h \
	src/codec/form.c \
	src/codec/gunzip.c \
	src/codec/gzip.c \
	src/codec/hex.c \
	src/codec/json.c \
	src/codec/jwks.c \
	src/codec/jwt.c \
	src/codec/keyring.c \
	src/codec/md5.c \
	src/codec/md5_lanes.c \
	src/codec/md5_lanes_priv.h \
	src/codec/md5_priv.h \
	src/codec/mime.c \
	src/codec/nfc.c \
	src/codec/seal.c \
	src/codec/sealed.c \
	src/codec/sniff.c \
	src/codec/stamp.c \
	src/codec/totp.c \
	src/codec/uri.c \
	src/codec/utf8_priv.h \
	src/codec/words.c \
	src/codec/xml.c \
	src/codec/xxh.c \
	include/codec/b64.h \
	include/codec/crc.h \
	include/codec/digest.h \
	include/codec/form.h \
	include/codec/gunzip.h \
	include/codec/gzip.h \
	include/codec/hex.h \
	include/codec/json.h \
	include/codec/jwt.h \
	include/codec/keyring.h \
	include/codec/md5.h \
	include/codec/mime.def \
	include/codec/mime.h \
	include/codec/nfc.h \
	include/codec/seal.h \
	include/codec/sealed.h \
	include/codec/sniff.h \
	include/codec/stamp.h \
	include/codec/totp.h \
	include/codec/uri.h \
	include/codec/words.h \
	include/codec/xml.h \
	include/codec/xxh.h
