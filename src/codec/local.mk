# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libcodec.a
libcodec_a_SOURCES =
