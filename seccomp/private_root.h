/* Namespaces and a root directory of one's own. */
#ifndef SECCOMP_PRIVATE_ROOT_H
#define SECCOMP_PRIVATE_ROOT_H

#include "seccomp/cage.h"

/*
 * Enters new namespaces and adds what came into force to *layers. Where the
 * kernel or an administrator forbids them, that is no failure. Then builds
 * the private root, a read-only tmpfs that holds copies of the plan's files
 * and nothing else. Who needs no files and is not root takes the directory
 * that he was started in instead, if it is root's and empty: no mounts have
 * to be copied for that. Returns CAGE_SHUT or the step that failed half-way.
 */
enum cage_step private_root_enter(const struct cage_plan *plan,
    uint32_t *layers) __attribute__((warn_unused_result));

#endif
