/*
 * What structure-aware mutators are made of: parts of an input are changed as
 * what they are, and lengths, encodings and signatures around them are made
 * right again. Every function changes len bytes in place, may make more or
 * fewer of them, but never more than max, and returns how many.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own mutations, of bytes. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* What the fuzzer calls. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
    unsigned seed);

/* A number below sides (at least 1), and where the row of them begins. */
unsigned dice(unsigned sides);
void dice_begin(unsigned seed);

/* A mutation of len bytes at p, in room for max. */
typedef size_t mutation(uint8_t *p, size_t len, size_t max);

/* Changes the n bytes at the offset at; those behind them move. */
size_t mutate_part(mutation *how, uint8_t *p, size_t len, size_t max,
    size_t at, size_t n);

/* --- kinds of bytes --- */

mutation mutate_bytes;
/* Base64url or base64 of something: decoded, changed, encoded. */
size_t mutate_base64url(mutation *how, uint8_t *p, size_t len, size_t max);
size_t mutate_base64(mutation *how, uint8_t *p, size_t len, size_t max);
/* Strings of ipc/wire.h one behind the other, each perhaps such a row. */
mutation mutate_strings;
/* JSON: values, names and what is in strings; it mostly stays JSON. */
mutation mutate_json;
/* A compact PK token, and the same with both signatures made new. */
mutation mutate_token, mutate_signed_token;
/* A certificate, mostly signed again; and what is in its token, too. */
mutation mutate_certificate, mutate_login_certificate;
/* Lines of JSON with SSH keys in them. */
mutation mutate_lines;

#endif
