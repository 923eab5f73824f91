/* SPDX-License-Identifier: Apache-2.0 */
/* Normalization Form C of Unicode (UAX #15): one spelling for texts that look the same. By
 * libutf8proc, which is loaded when the first text needs it. */
#ifndef CODEC_NFC_H
#define CODEC_NFC_H

#include "base/arena.h"
#include "base/err.h"

/* Only ASCII, which is in that form already. */
bool nfc_is_ascii(struct span s);
/* in itself where it is in that form; else the arena's. E_INVALID_URI: no UTF-8.
 * E_NO_RESOURCE: the library is not there; fail says which. [any] */
NODISCARD enum err nfc_make(
    struct arena *a, struct span in, struct span *out, struct fail *fail);

#endif
