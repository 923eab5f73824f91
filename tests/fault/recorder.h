/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A power cut, without one. In the process that calls recorder_start() every change of a
 * file below dir, our own and LMDB's, is noted with its bytes, and every sync with what it
 * covers. recorder_cut() then builds the directory as a disk may hold it when the power
 * goes at the end of the record: what was synced is there; of the rest each change is
 * there, is not, or is there in some of its sectors, in no order; names that no sync of
 * their directory covers may be missing, or still be there.
 */
#ifndef FAULT_RECORDER_H
#define FAULT_RECORDER_H

#include <stdint.h>

/* note: a file outside dir. */
void recorder_start(const char *dir, const char *note);

struct recorder_disk; /* a directory as it was, whole and synced */
struct recorder_disk *recorder_look(const char *dir);
/* Replace what is in dir by what disk and the note leave, and free disk. */
void recorder_cut(
    struct recorder_disk *disk, const char *dir, const char *note, uint32_t seed);

#endif
