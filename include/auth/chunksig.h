/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The aws-chunked body: a push parser that strips the framing in place, checks each chunk's
 * signature and the trailer's, and collects the trailers. No I/O, fixed memory.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and
 * sigv4-streaming-trailers.html.
 */
#ifndef AUTH_CHUNKSIG_H
#define AUTH_CHUNKSIG_H

#include "auth/sigv4.h"

struct chunksig;

/* expect: x-amz-decoded-content-length. auth gives mode, key, scope, date, seed; copied. */
struct chunksig *chunksig_new(const struct auth_result *auth, uint64_t expect);
void chunksig_free(struct chunksig **c);

/* Chunks under min bytes, but the last, fail with E_INVALID_CHUNK_SIZE. 8192 (AWS's) until
 * told otherwise; 0 takes all, as other stores do. Before the first feed. */
void chunksig_min_chunk(struct chunksig *c, uint64_t min);

/* Take n framed bytes at p and leave the payload among them at the start of p: *out bytes.
 * A chunk whose signature is wrong fails with E_SIGNATURE at its end at the latest;
 * payload handed out before that must not be committed; never more than expect bytes are.
 * Form errors: E_INCOMPLETE_BODY, E_MALFORMED_TRAILER, E_INVALID_CHUNK_SIZE as AWS answers.
 * After a failure every call fails the same way. [any, one thread at a time] */
NODISCARD enum err chunksig_feed(
    struct chunksig *c, void *p, size_t n, size_t *out, struct fail *fail);

/* The body has ended: E_INCOMPLETE_BODY unless the last chunk and the trailer were seen and
 * the length is as declared. */
NODISCARD enum err chunksig_end(struct chunksig *c, struct fail *fail);

/* Trailers, names lower case, without x-amz-trailer-signature; valid while c lives. That
 * they are those that x-amz-trailer announced is for the caller to check: AWS answers
 * E_MALFORMED_TRAILER when they are not. */
size_t chunksig_trailers(const struct chunksig *c, const struct field **out);

#endif
