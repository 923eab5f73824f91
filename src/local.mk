# SPDX-License-Identifier: Apache-2.0
# One static library per layer; what each may use stands in src/layers.txt.
EXTRA_DIST += src/README.md src/layers.txt

include src/base/local.mk
include src/codec/local.mk
include src/obs/local.mk
include src/store/local.mk
include src/auth/local.mk
include src/http/local.mk
include src/target/local.mk
include src/remote/local.mk
include src/model/local.mk
include src/access/local.mk
include src/object/local.mk
include src/iam/local.mk
include src/s3/local.mk
include src/job/local.mk
include src/admin/local.mk
include src/seed/local.mk
include src/server/local.mk
include src/cli/local.mk
