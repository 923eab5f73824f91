# SPDX-License-Identifier: Apache-2.0
# Unit tests are cmocka programs that speak TAP; each links its layer and those below, so a call upwards does not link.
TEST_EXTENSIONS = .sh .py
TAP_ENV = CMOCKA_MESSAGE_OUTPUT=TAP
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	top_srcdir=$(abs_top_srcdir) top_builddir=$(abs_top_builddir); export top_srcdir top_builddir;
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = bash
PY_LOG_COMPILER = python3
EXTRA_DIST += build-aux/tap-driver.sh tests/ports.py

LINK_BASE = libbase.a
LINK_CODEC = libcodec.a $(LINK_BASE) $(CRYPTO_LIBS) $(CJSON_LIBS) $(EXPAT_LIBS) $(XXHASH_LIBS)
LINK_OBS = libobs.a $(LINK_BASE)
LINK_STORE = libstore.a libobs.a $(LINK_CODEC) $(LMDB_LIBS)
LINK_AUTH = libauth.a $(LINK_CODEC)
LINK_HTTP = libhttp.a libobs.a $(LINK_CODEC) $(SSL_LIBS) $(EVENT_LIBS)
LINK_REMOTE = libremote.a libauth.a $(LINK_HTTP)
LINK_MODEL = libmodel.a $(LINK_STORE)
LINK_ACCESS = libaccess.a $(LINK_MODEL)
LINK_OBJECT = libobject.a $(LINK_MODEL)
LINK_IAM = libiam.a $(LINK_ACCESS)
LINK_S3 = libs3.a libtarget.a libiam.a libobject.a libaccess.a libmodel.a libstore.a libauth.a $(LINK_HTTP) $(LMDB_LIBS)
LINK_TARGET = libtarget.a libauth.a $(LINK_HTTP)
LINK_JOB = libjob.a libremote.a libtarget.a libobject.a libmodel.a libstore.a libauth.a $(LINK_HTTP) $(LMDB_LIBS)
LINK_SEED = libseed.a libauth.a $(LINK_HTTP)
LINK_SERVER = libserver.a libseed.a libjob.a $(LINK_S3)

include tests/unit/base/local.mk
include tests/unit/obs/local.mk
include tests/unit/codec/local.mk
include tests/unit/store/local.mk
include tests/unit/auth/local.mk
include tests/unit/http/local.mk
include tests/unit/model/local.mk
include tests/unit/access/local.mk
include tests/unit/object/local.mk
include tests/unit/s3/local.mk
include tests/unit/seed/local.mk
include tests/unit/target/local.mk
include tests/unit/remote/local.mk

include tests/unit/job/local.mk
include tests/unit/server/local.mk
include tests/fuzz/local.mk
include tests/lint/local.mk
include tests/wire/local.mk
include tests/e2e/local.mk
include tests/fault/local.mk
include tests/bench/local.mk
