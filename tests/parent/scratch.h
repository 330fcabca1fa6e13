/* A place for files in tests of the parent, gone when the test program ends. */
#ifndef TESTS_PARENT_SCRATCH_H
#define TESTS_PARENT_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

/* Group setup and teardown: make the directory, remove it and all in it. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/*
 * The path of name in the scratch directory; "" is the directory itself.
 * Good until the eighth call after it. Only root can change anything on the
 * way there if we are root ourselves.
 */
const char *scratch(const char *name);

/* Makes a file with these bytes, this mode, whatever the umask. */
void scratch_file(const char *name, const void *bytes, size_t n, mode_t mode);
void scratch_dir(const char *name, mode_t mode);

/* Skips the calling test, and says why, unless we are root. */
void needs_root(void);

/*
 * Gives this process mounts of its own, for good, and mounts an empty tmpfs
 * at path (options as for mount(8), e.g. "size=64k"). Skips the calling
 * test, and says why, where that is not allowed.
 */
void own_tmpfs(const char *path, const char *options);

#endif
