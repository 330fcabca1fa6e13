/*
 * Both configuration files: YAML, and what we make of it. Beyond not
 * crashing: an error is printable and names a remedy, and from what is taken
 * a request can be composed whose parts nobody can break out of.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "parseproc/k9_config.h"
#include "parseproc/key9_request.h"
#include "parseproc/sallyport_config.h"

static void
printable(const char *text)
{
	for (; *text != '\0'; text++)
		require(*text >= 0x20 && *text <= 0x7e);
}

static void
error_is_sound(const struct config_error *error, enum reason reason)
{
	require(error->reason == reason);
	require(error->what[0] != '\0');
	require(memchr(error->what, '\0', sizeof(error->what)) != NULL);
	printable(error->what);
}

static void
request_is_sound(const struct k9_config *config)
{
	static struct key9_request request;
	size_t lines = 1;

	require(key9_request_write(config, (const uint8_t *)"joe", 3,
	    (const uint8_t *)"\"", 1, &request) == REASON_OK);
	printable(request.url);
	require(strchr(request.url, ' ') == NULL);
	require(strncmp(request.url, config->query_ssh_keys,
	    strlen(config->query_ssh_keys)) == 0);
	for (size_t i = 0; i < request.headers_len; i++)
		if (request.headers[i] == '\n')
			lines++;
		else
			require(request.headers[i] >= 0x20 &&
			    request.headers[i] <= 0x7e);
	require(lines == 3);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct k9_config k9;
	struct sallyport_config ours;
	struct config_error error;
	enum reason reason;

	reason = k9_config_read(data, size, &k9, &error);
	if (reason == REASON_OK)
		request_is_sound(&k9);
	else
		error_is_sound(&error, reason);
	reason = sallyport_config_read(data, size, &ours, &error);
	if (reason == REASON_OK)
		require(ours.stale_max_s <= STALE_MAX_MAX_S &&
		    ours.preload_max_s <= PRELOAD_MAX_MAX_S &&
		    ours.deadline_s >= 1 &&
		    ours.deadline_s <= DEADLINE_MAX_S &&
		    ours.deny_status <= DENY_STATUS_MAX);
	else
		error_is_sound(&error, reason);
	return 0;
}
