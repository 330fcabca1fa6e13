/* version: what is installed, and what it stands beside. */
#include <limits.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "admin/arguments.h"
#include "admin/commands.h"
#include "admin/sshd.h"

static const char help[] =
    "usage: sallyport version\n\n"
    "Prints the versions of sallyport, of sshd and of the kernel, and which\n"
    "command sshd asks: for a bug report.\n";

int
version_main(int argc, char **argv)
{
	static struct sshd sshd;
	struct utsname uts;
	char command[4096];
	int status = arguments_read(argc, argv, help, NULL, 0, NULL, 0);

	if (status != -1)
		return status;
	sshd_look(&sshd);
	(void)uname(&uts);
	(void)printf("sallyport %s\n", SALLYPORT_VERSION);
	if (sshd.version != 0)
		(void)printf("sshd      OpenSSH %u.%u (%s)\n",
		    sshd.version / 100, sshd.version % 100, sshd.path);
	else
		(void)printf("sshd      none was found\n");
	if (sshd_value(&sshd, "authorizedkeyscommand", command,
	    sizeof(command)))
		(void)printf("asks      %s\n", command);
	else if (sshd.path != NULL)
		(void)printf("asks      nobody%s\n", sshd.dump.status != 0 ?
		    ", or only root may know" : "");
	(void)printf("kernel    %s %s %s\n", uts.sysname, uts.release,
	    uts.machine);
	return 0;
}
