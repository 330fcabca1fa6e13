/*
 * What the chained command printed: a stranger's text, which the authorize
 * role reads and the parent does not. Only what came through the role, within
 * the messages' bounds, becomes a line.
 */
#ifndef PARENT_CHAIN_ANSWER_H
#define PARENT_CHAIN_ANSWER_H

#include "parent/key_list.h"
#include "parent/login.h"
#include "parent/source.h"

/*
 * Has the role, WORKER_AUTHORIZE, read source->text, and adds what may stand
 * to the lines: all of it or nothing. source->reason and detail say how it
 * ended: a role that dies of it is the source's failure, and no other's; nor
 * is one that says nothing until deadline_ms.
 */
void chain_answer(struct login *login, struct source *source,
    int64_t deadline_ms, struct key_list *lines);

#endif
