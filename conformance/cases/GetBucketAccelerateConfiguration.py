# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketAccelerateConfiguration_default(t):
    document.is_default(t, "accelerate", "AccelerateConfiguration", "")


def GetBucketAccelerateConfiguration_denied(t):
    document.denied(t, "GET", "accelerate")
