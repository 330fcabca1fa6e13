/*
 * Known answers for jws_self_test(): one key of each type and a signature of
 * each algorithm, made for this with OpenSSL; the private keys are gone.
 */
#ifndef PARSEPROC_JWS_ANSWERS_H
#define PARSEPROC_JWS_ANSWERS_H

#include "parseproc/jwk.h"

struct jws_answer {
	struct jwk key; /* for one algorithm */
	struct span input;
	struct span signature; /* a good one */
};

extern const struct jws_answer jws_answers[JWS_ALGS];

#endif
