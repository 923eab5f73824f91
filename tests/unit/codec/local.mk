# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/vec/b64.tsv tests/vec/crc.tsv tests/vec/digest.tsv tests/vec/hmac.tsv

check_PROGRAMS += tests/unit/codec/t_b64
tests_unit_codec_t_b64_SOURCES = tests/unit/codec/t_b64.c tests/unit/codec/vec.h
tests_unit_codec_t_b64_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_b64

check_PROGRAMS += tests/unit/codec/t_crc
tests_unit_codec_t_crc_SOURCES = tests/unit/codec/t_crc.c tests/unit/codec/vec.h
tests_unit_codec_t_crc_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_crc

check_PROGRAMS += tests/unit/codec/t_digest
tests_unit_codec_t_digest_SOURCES = tests/unit/codec/t_digest.c tests/unit/codec/vec.h
tests_unit_codec_t_digest_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_digest

check_PROGRAMS += tests/unit/codec/t_hex
tests_unit_codec_t_hex_SOURCES = tests/unit/codec/t_hex.c
tests_unit_codec_t_hex_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_hex

check_PROGRAMS += tests/unit/codec/t_json
tests_unit_codec_t_json_SOURCES = tests/unit/codec/t_json.c
tests_unit_codec_t_json_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_json

check_PROGRAMS += tests/unit/codec/t_md5
tests_unit_codec_t_md5_SOURCES = tests/unit/codec/t_md5.c
tests_unit_codec_t_md5_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_md5

check_PROGRAMS += tests/unit/codec/t_mime
tests_unit_codec_t_mime_SOURCES = tests/unit/codec/t_mime.c
tests_unit_codec_t_mime_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_mime

check_PROGRAMS += tests/unit/codec/t_seal
tests_unit_codec_t_seal_SOURCES = tests/unit/codec/t_seal.c
tests_unit_codec_t_seal_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_seal

check_PROGRAMS += tests/unit/codec/t_sealed
tests_unit_codec_t_sealed_SOURCES = tests/unit/codec/t_sealed.c
tests_unit_codec_t_sealed_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_sealed

check_PROGRAMS += tests/unit/codec/t_stamp
tests_unit_codec_t_stamp_SOURCES = tests/unit/codec/t_stamp.c
tests_unit_codec_t_stamp_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_stamp

check_PROGRAMS += tests/unit/codec/t_uri
tests_unit_codec_t_uri_SOURCES = tests/unit/codec/t_uri.c
tests_unit_codec_t_uri_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_uri

check_PROGRAMS += tests/unit/codec/t_xml
tests_unit_codec_t_xml_SOURCES = tests/unit/codec/t_xml.c
tests_unit_codec_t_xml_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_xml

check_PROGRAMS += tests/unit/codec/t_xxh
tests_unit_codec_t_xxh_SOURCES = tests/unit/codec/t_xxh.c
tests_unit_codec_t_xxh_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_xxh

check_PROGRAMS += tests/unit/codec/t_jwt
tests_unit_codec_t_jwt_SOURCES = tests/unit/codec/t_jwt.c
tests_unit_codec_t_jwt_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_jwt

check_PROGRAMS += tests/unit/codec/t_totp
tests_unit_codec_t_totp_SOURCES = tests/unit/codec/t_totp.c
tests_unit_codec_t_totp_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_totp

check_PROGRAMS += tests/unit/codec/t_nfc
tests_unit_codec_t_nfc_SOURCES = tests/unit/codec/t_nfc.c
tests_unit_codec_t_nfc_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_nfc

check_PROGRAMS += tests/unit/codec/t_words
tests_unit_codec_t_words_SOURCES = tests/unit/codec/t_words.c
tests_unit_codec_t_words_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_words

check_PROGRAMS += tests/unit/codec/t_sniff
tests_unit_codec_t_sniff_SOURCES = tests/unit/codec/t_sniff.c
tests_unit_codec_t_sniff_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_sniff

check_PROGRAMS += tests/unit/codec/t_gunzip
tests_unit_codec_t_gunzip_SOURCES = tests/unit/codec/t_gunzip.c
tests_unit_codec_t_gunzip_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_gunzip

check_PROGRAMS += tests/unit/codec/t_gzip
tests_unit_codec_t_gzip_SOURCES = tests/unit/codec/t_gzip.c
tests_unit_codec_t_gzip_LDADD = $(LINK_CODEC) $(CMOCKA_LIBS)
TESTS += tests/unit/codec/t_gzip
