# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES =
