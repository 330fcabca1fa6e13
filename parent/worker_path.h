/*
 * Where the worker executables are: beside us, as installed or as built.
 * Never through the environment, which whoever runs us by hand controls.
 */
#ifndef PARENT_WORKER_PATH_H
#define PARENT_WORKER_PATH_H

#include "ipc/build.h"
#include "parent/trusted_file.h"

/* Where those of our own build are installed. */
#define WORKERS_DIR "../libexec/sallyport/" BUILD_NAME

/* Each executable as installed and in the build tree, relative to ours. */
#define PARSE_EXECUTABLE                                                      \
	{ WORKERS_DIR "/sallyport-parse", "../parseproc/sallyport-parse" }
#define NET_EXECUTABLE                                                        \
	{ WORKERS_DIR "/sallyport-net", "../netproc/sallyport-net" }
#define HOME_EXECUTABLE                                                       \
	{ WORKERS_DIR "/sallyport-home", "../homeproc/sallyport-home" }
/* No worker, but found and checked as they are (parent/main.c). */
#define ADMIN_EXECUTABLE                                                      \
	{ "../libexec/sallyport/sallyport-admin", "../admin/sallyport-admin" }
#define WORKER_PLACES 2
/* Beside them: a directory without anything in it. */
#define EMPTY_ROOT "../libexec/sallyport/empty"

/*
 * Opens a worker's executable for fexecve(): what was checked (owner, mode,
 * every directory above) is what will run. Returns a descriptor, or -1 with
 * *problem, whose text names the file.
 */
int worker_path_open(const char *const places[WORKER_PLACES],
    struct file_problem *problem);

/*
 * Opens the empty directory that workers take as their root, if it is there:
 * a descriptor, or -1. Whether it is good for that they see themselves
 * (seccomp/private_root.c).
 */
int worker_root_open(void);

#endif
