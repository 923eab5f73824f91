# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libobject.a
libobject_a_SOURCES =
