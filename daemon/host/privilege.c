/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RUN_AS "siptimed"
#define RUN_AS_OTHERWISE "nobody"

/* libcap would be a dependency for two system calls. */
static int
set_capabilities(unsigned capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		[0] = { .effective = 1u << capability,
		    .permitted = 1u << capability },
	};

	return syscall(SYS_capset, &header, data) == 0 ? 0 : -errno;
}

static bool
has_capability(unsigned capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { { .effective = 0 } };

	return syscall(SYS_capget, &header, data) == 0 &&
	    (data[0].effective >> capability & 1) != 0;
}

/* No exec can regain a capability that is not in the bounding set. */
static void
limit_bounding_set(void)
{
	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		if (i != CAP_NET_RAW)
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

static const struct passwd *
find_user(const struct log *log)
{
	const struct passwd *user = getpwnam(RUN_AS);

	if (user != NULL)
		return user;
	log_warning(log,
	    "user %s: does not exist, running as %s; create it with: "
	    "adduser --system --group %s",
	    RUN_AS, RUN_AS_OTHERWISE, RUN_AS);
	return getpwnam(RUN_AS_OTHERWISE);
}

static int
become(const struct passwd *user)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
	    setgroups(0, NULL) != 0 ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		return -errno;
	return set_capabilities(CAP_NET_RAW);
}

void
privilege_hide(void)
{
	/* The sanitizers look into their own process at its end. */
	if (PRIVILEGE_CONFINE)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int
privilege_lock(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit limit;

	/* The sanitizers reserve terabytes. */
	if (!PRIVILEGE_CONFINE)
		return 0;
	setrlimit(RLIMIT_MEMLOCK, &all);
	if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
		return -errno;
	/* With a limit it would be later allocations that fail. */
	if (limit.rlim_cur != RLIM_INFINITY)
		return -EPERM;
	return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? 0
								     : -errno;
}

int
privilege_drop(const struct log *log)
{
	const struct passwd *user;
	int error;

	if (geteuid() != 0)
		return 0;
	user = find_user(log);
	if (user == NULL) {
		log_error(log, "user %s: does not exist", RUN_AS_OTHERWISE);
		return -ENOENT;
	}
	limit_bounding_set();
	error = become(user);
	if (error != 0)
		log_error(log, "privileges: cannot become %s: %s",
		    user->pw_name, strerror(-error));
	return error;
}

bool
privilege_may_capture(const struct log *log)
{
	char path[512];
	const ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (has_capability(CAP_NET_RAW))
		return true;
	path[len > 0 ? len : 0] = '\0';
	log_error(log,
	    "not permitted to capture: start it as a service or as root, or "
	    "grant it with: sudo setcap cap_net_raw+ep %s",
	    path);
	return false;
}

/* Every call that libpcap, libevent, the sinks and libc's threads make once
 * the daemon runs: files can be opened (json sinks, reload), programs cannot
 * be run.  For the sockets see allow_sockets(). */
static const int allowed[] = {
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(access),
	SCMP_SYS(adjtimex),
	SCMP_SYS(bind),
	SCMP_SYS(brk),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(close),
	SCMP_SYS(connect),
	SCMP_SYS(dup),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(eventfd2),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(fallocate),
	SCMP_SYS(fchmod),
	SCMP_SYS(fcntl),
	SCMP_SYS(fdatasync),
	SCMP_SYS(flock),
	SCMP_SYS(fstat),
	SCMP_SYS(fstatfs),
	SCMP_SYS(fsync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(futex),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents64),
	SCMP_SYS(getegid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getpeername),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrlimit),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getuid),
	SCMP_SYS(ioctl),
	SCMP_SYS(listen),
	SCMP_SYS(lseek),
	SCMP_SYS(lstat),
	SCMP_SYS(madvise),
	SCMP_SYS(membarrier),
	SCMP_SYS(memfd_create),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(nanosleep),
	SCMP_SYS(newfstatat),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(pipe2),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(prctl),
	SCMP_SYS(pread64),
	SCMP_SYS(prlimit64),
	SCMP_SYS(read),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(readv),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(recvmsg),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(socketpair),
	SCMP_SYS(stat),
	SCMP_SYS(statfs),
	SCMP_SYS(statx),
	SCMP_SYS(sysinfo),
	SCMP_SYS(tgkill),
	SCMP_SYS(time),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(umask),
	SCMP_SYS(uname),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(wait4),
	SCMP_SYS(write),
	SCMP_SYS(writev),
};

/* Packet sockets capture, local ones reach journald and syslog, those of the
 * internet are for collectors (netlink: getaddrinfo asks for our addresses).
 * The unit decides whether the internet may be used at all: it refuses it
 * unless the drop-in collectors.conf is installed. */
static int
allow_sockets(scmp_filter_ctx filter)
{
	static const unsigned families[] = { AF_PACKET, AF_UNIX, AF_INET,
		AF_INET6, AF_NETLINK };
	int error = 0;

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (error == 0)
			error = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
			    SCMP_SYS(socket), 1,
			    SCMP_A0(SCMP_CMP_EQ, families[i]));
	return error;
}

static int
fill(scmp_filter_ctx filter)
{
	int error = allow_sockets(filter);

	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (error == 0)
			error = seccomp_rule_add(
			    filter, SCMP_ACT_ALLOW, allowed[i], 0);
	return error == 0 ? seccomp_load(filter) : error;
}

int
privilege_confine(const struct log *log)
{
	scmp_filter_ctx filter;
	int error;

	/* The sanitizers trace their own process at its end. */
	if (!PRIVILEGE_CONFINE)
		return 0;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (filter == NULL)
		return -ENOMEM;
	/* A refused call is logged by the kernel, where it can (audit). */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	error = fill(filter);
	seccomp_release(filter);
	if (error != 0)
		log_error(log, "seccomp: cannot load the filter: %s",
		    strerror(-error));
	return error;
}
