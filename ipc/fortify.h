/*
 * What _FORTIFY_SOURCE is in the system's C library, for musl, which has none:
 * a copy or a message larger than what it is to go into ends the process.
 * Included before everything else in all that is linked with musl, libraries
 * too (meson.build, fetch). The compiler knows the sizes; where it does not,
 * nothing is checked.
 */
#ifndef IPC_FORTIFY_H
#define IPC_FORTIFY_H
#ifndef __ASSEMBLER__

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* For tests/build: which objects have been compiled with it. */
static const char fortified_for_musl[] __attribute__((used)) = "";

#define FORTIFIED                                                             \
	extern __inline __attribute__((gnu_inline, always_inline, artificial))

/* Unknown sizes are SIZE_MAX. */
#define FORTIFY_ROOM(p, n)                                                    \
	do {                                                                  \
		if ((n) > __builtin_dynamic_object_size((p), 0))              \
			__builtin_trap();                                     \
	} while (0)

FORTIFIED void *
memcpy(void *__restrict to, const void *__restrict from, size_t n)
{
	FORTIFY_ROOM(to, n);
	FORTIFY_ROOM(from, n);
	return __builtin_memcpy(to, from, n);
}

FORTIFIED void *
memmove(void *to, const void *from, size_t n)
{
	FORTIFY_ROOM(to, n);
	FORTIFY_ROOM(from, n);
	return __builtin_memmove(to, from, n);
}

FORTIFIED void *
memset(void *to, int c, size_t n)
{
	FORTIFY_ROOM(to, n);
	return __builtin_memset(to, c, n);
}

/* The same functions under names that these here do not hide. */
ssize_t fortify_read(int, void *, size_t) __asm__("read");
ssize_t fortify_recv(int, void *, size_t, int) __asm__("recv");
int fortify_vsnprintf(char *__restrict, size_t, const char *__restrict,
    va_list) __asm__("vsnprintf");

FORTIFIED ssize_t
read(int fd, void *to, size_t n)
{
	FORTIFY_ROOM(to, n);
	return fortify_read(fd, to, n);
}

FORTIFIED ssize_t
recv(int fd, void *to, size_t n, int flags)
{
	FORTIFY_ROOM(to, n);
	return fortify_recv(fd, to, n, flags);
}

FORTIFIED __attribute__((format(printf, 3, 0))) int
vsnprintf(char *__restrict to, size_t n, const char *__restrict fmt,
    va_list ap)
{
	FORTIFY_ROOM(to, n);
	return fortify_vsnprintf(to, n, fmt, ap);
}

/* Where arguments can be passed on as they came. */
#if defined(__GNUC__) && !defined(__clang__)
int fortify_snprintf(char *__restrict, size_t, const char *__restrict, ...)
    __asm__("snprintf");

FORTIFIED __attribute__((format(printf, 3, 4))) int
snprintf(char *__restrict to, size_t n, const char *__restrict fmt, ...)
{
	FORTIFY_ROOM(to, n);
	return fortify_snprintf(to, n, fmt, __builtin_va_arg_pack());
}
#endif

#endif
#endif
