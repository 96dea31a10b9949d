/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outlet/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/wallclock.h"

enum { CHECK_MS = 20, REPLY_GRACE_MS = 2000 };

/* In the child: only calls that are safe between fork and exec. */
static void
become(const char *program, int in)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	static char locale[] = "LC_ALL=C.UTF-8";
	char *const environment[] = { path, locale, NULL };
	char *const arguments[] = { (char *)(uintptr_t)program, NULL };
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigemptyset(&none);
	sigaction(SIGPIPE, &by_default, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	if (dup2(in, STDIN_FILENO) < 0)
		_exit(126);
	syscall(SYS_close_range, 3U, ~0U, 0U);
	execve(program, arguments, environment);
	_exit(127);
}

/* A program that does not read is no reason to wait: the rest is dropped, and
 * its exit status shows the failure. */
static void
feed(int to, struct slice octets, nstime until)
{
	while (octets.len > 0 && wallclock_monotonic() < until) {
		struct pollfd ready = { .fd = to, .events = POLLOUT };
		ssize_t written = 0;

		if (poll(&ready, 1, CHECK_MS) > 0)
			written = write(to, octets.p, octets.len);
		if (written < 0 && errno != EAGAIN && errno != EINTR)
			return;
		octets = slice_after(octets, written < 0 ? 0 : (size_t)written);
	}
}

/* 0 if it ended well in time.  Its whole process group goes with it. */
static int
await(pid_t child, nstime until)
{
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0 &&
	    wallclock_monotonic() < until)
		poll(NULL, 0, CHECK_MS);
	if (ended == 0) {
		kill(-child, SIGKILL);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		return -ETIMEDOUT;
	}
	if (ended < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}

static int
run_once(const char *program, struct slice input, nstime timeout)
{
	const nstime until = wallclock_monotonic() + timeout;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	/* Only our end must not block. */
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	child = fork();
	if (child == 0)
		become(program, ends[0]);
	close(ends[0]);
	if (child < 0) {
		close(ends[1]);
		return -EAGAIN;
	}
	feed(ends[1], input, until);
	close(ends[1]);
	return await(child, until);
}

/* The program shall have none of the daemon's rights, whatever it does. */
static void
drop_all(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	syscall(SYS_capset, &header, none);
}

/*
 * The launcher's life.  Threads of its maker are gone after the fork, and
 * with them perhaps a lock of malloc(): nothing here allocates.
 */
static void
serve(int maker, const char *program, nstime timeout)
{
	static char input[LAUNCHER_MOST];
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	ssize_t len;
	int result;

	drop_all();
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	dup2(maker, STDERR_FILENO + 1);
	maker = STDERR_FILENO + 1;
	syscall(SYS_close_range, (unsigned)maker + 1, ~0U, 0U);
	while ((len = recv(maker, input, sizeof(input), 0)) > 0) {
		result =
		    run_once(program, slice_of(input, (size_t)len), timeout);
		if (send(maker, &result, sizeof(result), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

int
launcher_start(struct launcher *l, const char *program, nstime timeout)
{
	const int patience = (int)(timeout / NSTIME_MS) + REPLY_GRACE_MS;
	const struct timeval limit = {
		.tv_sec = patience / 1000,
		.tv_usec = patience % 1000 * 1000,
	};
	const int size = 2 * LAUNCHER_MOST;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	l->descriptor = ends[0];
	l->process = fork();
	if (l->process == 0)
		serve(ends[1], program, timeout);
	close(ends[1]);
	if (l->process > 0)
		return 0;
	close(ends[0]);
	return -EAGAIN;
}

int
launcher_run(const struct launcher *l, struct slice input)
{
	int result = 0;

	if (input.len == 0 || input.len > LAUNCHER_MOST)
		return -EMSGSIZE;
	if (send(l->descriptor, input.p, input.len, MSG_NOSIGNAL) < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (recv(l->descriptor, &result, sizeof(result), 0) !=
	    (ssize_t)sizeof(result))
		return -EPIPE;
	return result;
}

void
launcher_stop(struct launcher *l)
{
	close(l->descriptor);
	waitpid(l->process, NULL, 0);
}
