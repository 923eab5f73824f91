# SPDX-License-Identifier: Apache-2.0
# Every parser has a target tests/fuzz/<parser>_fuzz.c and seeds in tests/fuzz/corpus/<parser>/.
# To add one, write those and four lines at the end of this file:
#
#	fuzz_targets += tests/fuzz/<parser>_fuzz
#	tests_fuzz_<parser>_fuzz_SOURCES = tests/fuzz/<parser>_fuzz.c
#	tests_fuzz_<parser>_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
#	tests_fuzz_<parser>_fuzz_LDADD = $(LINK_FUZZ) $(LINK_<LAYER>)
#
# `make check` runs the seeds in any build (replay.c is then the main program). To look for new
# failures: configure CC=clang --enable-fuzz --enable-asan --enable-ubsan, make check-fuzz.
if FUZZ
LINK_FUZZ =
FUZZ_LINK_FLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
FUZZ_LINK_FLAGS = $(AM_LDFLAGS)
LINK_FUZZ = tests/fuzz/libreplay.a
check_LIBRARIES = tests/fuzz/libreplay.a
endif
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/replay.c

FUZZ_SECONDS = 300
fuzz_targets =
check_PROGRAMS += $(fuzz_targets)
TESTS += tests/fuzz/corpora.sh
EXTRA_DIST += tests/fuzz/corpora.sh tests/fuzz/fuzz.sh tests/fuzz/corpus

check-fuzz: $(fuzz_targets)
	@bash $(top_srcdir)/tests/fuzz/fuzz.sh $(top_srcdir)/tests/fuzz/corpus $(FUZZ_SECONDS) \
		$(fuzz_targets)
.PHONY: check-fuzz

fuzz_targets += tests/fuzz/b64_fuzz
tests_fuzz_b64_fuzz_SOURCES = tests/fuzz/b64_fuzz.c
tests_fuzz_b64_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_b64_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/json_fuzz
tests_fuzz_json_fuzz_SOURCES = tests/fuzz/json_fuzz.c
tests_fuzz_json_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_json_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/stamp_fuzz
tests_fuzz_stamp_fuzz_SOURCES = tests/fuzz/stamp_fuzz.c
tests_fuzz_stamp_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_stamp_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/uri_fuzz
tests_fuzz_uri_fuzz_SOURCES = tests/fuzz/uri_fuzz.c
tests_fuzz_uri_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_uri_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/xml_fuzz
tests_fuzz_xml_fuzz_SOURCES = tests/fuzz/xml_fuzz.c
tests_fuzz_xml_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_xml_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/sigv4_fuzz
tests_fuzz_sigv4_fuzz_SOURCES = tests/fuzz/sigv4_fuzz.c
tests_fuzz_sigv4_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_sigv4_fuzz_LDADD = $(LINK_FUZZ) $(LINK_AUTH)

fuzz_targets += tests/fuzz/chunksig_fuzz
tests_fuzz_chunksig_fuzz_SOURCES = tests/fuzz/chunksig_fuzz.c
tests_fuzz_chunksig_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_chunksig_fuzz_LDADD = $(LINK_FUZZ) $(LINK_AUTH)

fuzz_targets += tests/fuzz/h1_fuzz
tests_fuzz_h1_fuzz_SOURCES = tests/fuzz/h1_fuzz.c
tests_fuzz_h1_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_h1_fuzz_LDADD = $(LINK_FUZZ) $(LINK_HTTP)

fuzz_targets += tests/fuzz/key_fuzz
tests_fuzz_key_fuzz_SOURCES = tests/fuzz/key_fuzz.c
tests_fuzz_key_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_key_fuzz_LDADD = $(LINK_FUZZ) $(LINK_STORE)

fuzz_targets += tests/fuzz/doc_fuzz
tests_fuzz_doc_fuzz_SOURCES = tests/fuzz/doc_fuzz.c
tests_fuzz_doc_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_doc_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/form_fuzz
tests_fuzz_form_fuzz_SOURCES = tests/fuzz/form_fuzz.c
tests_fuzz_form_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_form_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/tags_fuzz
tests_fuzz_tags_fuzz_SOURCES = tests/fuzz/tags_fuzz.c
tests_fuzz_tags_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_tags_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/site_fuzz
tests_fuzz_site_fuzz_SOURCES = tests/fuzz/site_fuzz.c
tests_fuzz_site_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_site_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/policy_fuzz
tests_fuzz_policy_fuzz_SOURCES = tests/fuzz/policy_fuzz.c
tests_fuzz_policy_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_policy_fuzz_LDADD = $(LINK_FUZZ) $(LINK_ACCESS)

fuzz_targets += tests/fuzz/canned_fuzz
tests_fuzz_canned_fuzz_SOURCES = tests/fuzz/canned_fuzz.c
tests_fuzz_canned_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_canned_fuzz_LDADD = $(LINK_FUZZ) $(LINK_IAM)

fuzz_targets += tests/fuzz/acl_fuzz
tests_fuzz_acl_fuzz_SOURCES = tests/fuzz/acl_fuzz.c
tests_fuzz_acl_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_acl_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/jwt_fuzz
tests_fuzz_jwt_fuzz_SOURCES = tests/fuzz/jwt_fuzz.c
tests_fuzz_jwt_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_jwt_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/analytics_fuzz
tests_fuzz_analytics_fuzz_SOURCES = tests/fuzz/analytics_fuzz.c
tests_fuzz_analytics_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_analytics_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/point_fuzz
tests_fuzz_point_fuzz_SOURCES = tests/fuzz/point_fuzz.c
tests_fuzz_point_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_point_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/crypt_fuzz
tests_fuzz_crypt_fuzz_SOURCES = tests/fuzz/crypt_fuzz.c
tests_fuzz_crypt_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_crypt_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/sse_fuzz
tests_fuzz_sse_fuzz_SOURCES = tests/fuzz/sse_fuzz.c
tests_fuzz_sse_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_sse_fuzz_LDADD = $(LINK_FUZZ) $(LINK_S3)

fuzz_targets += tests/fuzz/seed_fuzz
tests_fuzz_seed_fuzz_SOURCES = tests/fuzz/seed_fuzz.c
tests_fuzz_seed_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_seed_fuzz_LDADD = $(LINK_FUZZ) $(LINK_SEED)

fuzz_targets += tests/fuzz/tempcred_fuzz
tests_fuzz_tempcred_fuzz_SOURCES = tests/fuzz/tempcred_fuzz.c
tests_fuzz_tempcred_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_tempcred_fuzz_LDADD = $(LINK_FUZZ) $(LINK_ACCESS)

fuzz_targets += tests/fuzz/remote_fuzz
tests_fuzz_remote_fuzz_SOURCES = tests/fuzz/remote_fuzz.c
tests_fuzz_remote_fuzz_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/remote
tests_fuzz_remote_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_remote_fuzz_LDADD = $(LINK_FUZZ) $(LINK_REMOTE)

fuzz_targets += tests/fuzz/remoterec_fuzz
tests_fuzz_remoterec_fuzz_SOURCES = tests/fuzz/remoterec_fuzz.c
tests_fuzz_remoterec_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_remoterec_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/envelope_fuzz
tests_fuzz_envelope_fuzz_SOURCES = tests/fuzz/envelope_fuzz.c
tests_fuzz_envelope_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_envelope_fuzz_LDADD = $(LINK_FUZZ) libadmin.a $(LINK_CODEC)

fuzz_targets += tests/fuzz/targets_fuzz
tests_fuzz_targets_fuzz_SOURCES = tests/fuzz/targets_fuzz.c
tests_fuzz_targets_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_targets_fuzz_LDADD = $(LINK_FUZZ) $(LINK_TARGET)

fuzz_targets += tests/fuzz/outbox_fuzz
tests_fuzz_outbox_fuzz_SOURCES = tests/fuzz/outbox_fuzz.c
tests_fuzz_outbox_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_outbox_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/words_fuzz
tests_fuzz_words_fuzz_SOURCES = tests/fuzz/words_fuzz.c
tests_fuzz_words_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_words_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/gunzip_fuzz
tests_fuzz_gunzip_fuzz_SOURCES = tests/fuzz/gunzip_fuzz.c
tests_fuzz_gunzip_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_gunzip_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/nfc_fuzz
tests_fuzz_nfc_fuzz_SOURCES = tests/fuzz/nfc_fuzz.c
tests_fuzz_nfc_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_nfc_fuzz_LDADD = $(LINK_FUZZ) $(LINK_CODEC)

fuzz_targets += tests/fuzz/replication_fuzz
tests_fuzz_replication_fuzz_SOURCES = tests/fuzz/replication_fuzz.c
tests_fuzz_replication_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_replication_fuzz_LDADD = $(LINK_FUZZ) $(LINK_MODEL)

fuzz_targets += tests/fuzz/broker_fuzz
tests_fuzz_broker_fuzz_SOURCES = tests/fuzz/broker_fuzz.c
tests_fuzz_broker_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)
tests_fuzz_broker_fuzz_LDADD = $(LINK_FUZZ) $(LINK_TARGET)
