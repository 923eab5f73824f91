# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libserver.a
libserver_a_SOURCES =
