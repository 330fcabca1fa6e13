/*
 * Whether bytes are a point on one of the NIST curves. All that keys need of
 * elliptic curves is behind this header.
 */
#ifndef PARSEPROC_EC_POINT_H
#define PARSEPROC_EC_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/err.h"
#include "ipc/reason.h"

enum ec_curve { EC_P256, EC_P384, EC_P521, EC_CURVES };

/* An uncompressed point of P-521, the largest. */
#define EC_POINT_MAX (1 + 2 * 66)

/*
 * Tries a good and a bad point on each curve, which also makes all that
 * BoringSSL makes on first use: to be called before the cage shuts. Returns
 * false if an answer is wrong.
 */
bool ec_point_warm_up(void) MUST_CHECK;

/*
 * Whether n hostile bytes are a point of the curve, uncompressed (SEC 1
 * section 2.3.3: 0x04, x, y), both coordinates below the field's prime and
 * the point not the one at infinity. REASON_OK, KEY_CURVE or MEMORY. The
 * curves have cofactor 1, so a point of the curve is of the right order.
 */
enum reason ec_point_check(enum ec_curve curve, const uint8_t *p, size_t n)
    MUST_CHECK;

#endif
