# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libauth.a
libauth_a_SOURCES =
