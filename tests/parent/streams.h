/* What is written to standard output and error while something runs. */
#ifndef TESTS_PARENT_STREAMS_H
#define TESTS_PARENT_STREAMS_H

/* What has been written, as a text; no more than a pipe holds. */
struct streams {
	char out[4096], err[4096];
	int saved[2], from[2];
};

void streams_catch(struct streams *streams);
void streams_release(struct streams *streams);

#endif
