/*
 * An audit: what is known of the machine, and what is wrong with it. Each part
 * looks at one thing, in this order, and goes by what those before it found.
 */
#ifndef ADMIN_AUDIT_H
#define ADMIN_AUDIT_H

#include "admin/audit_yaml.h"
#include "admin/finding.h"
#include "admin/opk.h"
#include "admin/person.h"
#include "admin/sshd.h"

#define CACHE_DIRECTORY "/var/cache/sallyport"

/* Which of our commands sshd runs. */
enum audit_role { AUDIT_NOT_OURS, AUDIT_VERIFY, AUDIT_K9, AUDIT_AUTHORIZE };

struct audit {
	struct findings findings;
	struct sshd sshd;
	char command[4096]; /* AuthorizedKeysCommand, "" if there is none */
	char run_as[257];   /* AuthorizedKeysCommandUser */
	/* what AuthorizedKeysCommand could be: for one source, for several */
	char proposal[320], authorize[384];
	enum audit_role role;
	char k9_yaml[4096]; /* which k9.yaml it goes by */
	bool has_user;      /* AuthorizedKeysCommandUser, or opkssh's */
	struct person user;
	struct sallyport_config settings;
	bool opk; /* there is something in /etc/opk to look at */
	struct opk_config config;
	struct opk_providers providers;
	size_t nplugins;
	struct trusted_file auth_id;
	struct rules rules;
};

/* Who asks, and for whom sshd runs us; finds nothing. */
void audit_begin(struct audit *audit);

/* What AuthorizedKeysCommand makes of us: role and k9_yaml. */
void audit_read_command(struct audit *audit);

/* sallyport.yaml, by which some of the others go. */
void audit_settings(struct audit *audit);
void audit_sshd(struct audit *audit);
/* Owner, mode, path and content of each of our files. */
void audit_files(struct audit *audit);
/* The sources of authorize. */
void audit_sources(struct audit *audit);
/* Whether the chained command's words are written as a login wants them. */
void audit_chain_words(struct audit *audit, const struct trusted_file *text);
/* How the rows of providers and auth_id go together. */
void audit_rules(struct audit *audit);
void audit_homes(struct audit *audit);

#endif
