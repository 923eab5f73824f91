# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libauth.a
libauth_a_SOURCES = \
	src/auth/authhdr.c \
	src/auth/canon.c \
	src/auth/canon_priv.h \
	src/auth/chunksig.c \
	src/auth/postsig.c \
	src/auth/presign.c \
	src/auth/sigkey.c \
	src/auth/sigkey_priv.h \
	src/auth/signer.c \
	src/auth/sigv2.c \
	src/auth/sigv4.c \
	src/auth/sigv4_priv.h \
	src/auth/sigv4hint.c \
	src/auth/sigv4hint_priv.h \
	include/auth/chunksig.h \
	include/auth/postsig.h \
	include/auth/signer.h \
	include/auth/sigv2.h \
	include/auth/sigv4.h
