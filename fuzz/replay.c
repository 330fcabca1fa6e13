/*
 * replay: runs a fuzz target over files, with any compiler and without libFuzzer.
 *
 * Arguments are directories; each regular file in them is one input. Prints how
 * many there were. A target that finds something wrong aborts. A directory that
 * does not exist holds nothing; one that cannot be read, or no input at all, is
 * a failure, so that a lost corpus does not look like a passed test.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly as large as the input, so that ASan sees the first byte read past it. */
static void
replay_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size);
	FILE *file = fopen(path, "rb");

	if (file == NULL || (data == NULL && size > 0) || fread(data, 1, size, file) != size) {
		perror(path);
		exit(1);
	}
	(void)fclose(file);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static size_t
replay_directory(const char *name)
{
	DIR *directory = opendir(name);
	struct dirent *entry;
	size_t count = 0;

	if (directory == NULL && errno == ENOENT)
		return 0;
	if (directory == NULL) {
		perror(name);
		exit(1);
	}
	while ((entry = readdir(directory)) != NULL) {
		char path[4096];
		struct stat st;
		int n = snprintf(path, sizeof(path), "%s/%s", name, entry->d_name);

		if (n < 0 || (size_t)n >= sizeof(path) || stat(path, &st) != 0) {
			perror(entry->d_name);
			exit(1);
		}
		if (S_ISREG(st.st_mode)) {
			replay_file(path, (size_t)st.st_size);
			count++;
		}
	}
	(void)closedir(directory);
	return count;
}

int
main(int argc, char **argv)
{
	size_t count = 0;

	for (int i = 1; i < argc; i++)
		count += replay_directory(argv[i]);
	printf("%zu inputs\n", count);
	return count > 0 ? 0 : 1;
}
