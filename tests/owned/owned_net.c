/* netproc owned: before it knows its ports, while it resolves, when it is connected. */
#include "netproc/connect.h"
#include "netproc/exchange.h"
#include "netproc/request.h"
#include "owned.h"

bool __real_request_read(struct request *r, const struct ipc_message *m);
bool __wrap_request_read(struct request *r, const struct ipc_message *m);
enum reason __real_connect_to(const struct connect_target *target, int *fd,
    char address[64]);
enum reason __wrap_connect_to(const struct connect_target *target, int *fd,
    char address[64]);
void __real_exchange_run(struct exchange *x, const struct request *request,
    int fd, const char *address, struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result);
void __wrap_exchange_run(struct exchange *x, const struct request *request,
    int fd, const char *address, struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result);

bool
__wrap_request_read(struct request *r, const struct ipc_message *m)
{
	owned_at("request_read");
	return __real_request_read(r, m);
}

enum reason
__wrap_connect_to(const struct connect_target *target, int *fd,
    char address[64])
{
	owned_at("connect_to");
	return __real_connect_to(target, fd, address);
}

void
__wrap_exchange_run(struct exchange *x, const struct request *request, int fd,
    const char *address, struct roots *roots, struct ipc_channel *ch,
    struct exchange_result *result)
{
	owned_at("exchange_run");
	__real_exchange_run(x, request, fd, address, roots, ch, result);
}
