/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config.h"

#include <dirent.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "config/access.h"
#include "config/config_file.h"
#include "config/config_keys.h"
#include "outlet/sinktable.h"

struct config *
config_new(void)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config != NULL)
		config_keys_defaults(config);
	return config;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->file_count; i++)
		free(config->files[i]);
	diagfile_done(&config->diagnostics);
	free(config);
}

static int
is_drop_in(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	    strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* alphasort() asks the locale; the order must be the same everywhere. */
static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* `path' is taken over. */
static int
read_file(struct config *config, char *path, const struct log *log)
{
	if (path == NULL)
		return -ENOMEM;
	if (config->file_count == CONFIG_FILES) {
		log_error(log, "%s: one file too many; accepted: %d", path,
		    CONFIG_FILES);
		free(path);
		return -E2BIG;
	}
	config->files[config->file_count++] = path;
	return config_file_read(config, path, log);
}

static int
read_drop_in(struct config *config, const char *folder, const char *name,
    const struct log *log)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		path = NULL;
	return read_file(config, path, log);
}

static int
read_drop_ins(struct config *config, const char *path, const struct log *log)
{
	const char *slash = strrchr(path, '/');
	struct dirent **entries;
	char *folder;
	int count, error = 0;

	if (asprintf(&folder, "%.*ssiptimed.conf.d",
		slash == NULL ? 0 : (int)(slash - path + 1), path) < 0)
		return -ENOMEM;
	count = scandir(folder, &entries, is_drop_in, compare_names);
	if (count < 0 && errno != ENOENT && errno != ENOTDIR) {
		error = -errno;
		log_error(log, "%s: %m; check the folder", folder);
	}
	for (int i = 0; i < count; i++) {
		if (read_drop_in(config, folder, entries[i]->d_name, log) < 0)
			error = -EINVAL;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	free(folder);
	return error;
}

enum { MAXIMUM_SNAPLEN = 256 * 1024 };

static bool
ports_meet(const struct portset *a, const struct portset *b)
{
	for (size_t i = 0; i < sizeof(a->bits) / sizeof(*a->bits); i++)
		if ((a->bits[i] & b->bits[i]) != 0)
			return true;
	return false;
}

/* Each datalink compiles it anew; here it is read for its words. */
static int
check_filter(const struct config *config, const struct log *log)
{
	struct bpf_program program;
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, MAXIMUM_SNAPLEN);
	int error = 0;

	if (pcap == NULL)
		return -ENOMEM;
	if (pcap_compile(pcap, &program, config->capture.filter, 1,
		PCAP_NETMASK_UNKNOWN) < 0) {
		log_error(log,
		    "[capture] filter: found '%s': %s; accepted: "
		    "an expression as in pcap-filter(7)",
		    config->capture.filter, pcap_geterr(pcap));
		error = -EINVAL;
	} else {
		pcap_freecode(&program);
	}
	pcap_close(pcap);
	return error;
}

static bool
is_among_others(const char *list, const char *word)
{
	struct slice rest = slice_text(list), item;
	bool found = false;
	size_t count = 0;

	for (; value_next(&rest, &item); count++)
		found = found || slice_is(item, word);
	return found && count > 1;
}

/* Beyond loopback nobody may ask, or hand on messages, whom `allow' does not
 * name. */
static int
check_listening(const char *section, const char *listen, const char *allow,
    const struct log *log)
{
	struct endpoint endpoint;

	if (!access_parse(slice_text(listen), &endpoint) ||
	    access_is_loopback(&endpoint.address) || allow[0] != '\0')
		return 0;
	log_error(log,
	    "[%s] listen: found %s, which others than this host reach, and no "
	    "allow; accepted: an address of loopback, or that with the "
	    "addresses of others in allow",
	    section, listen);
	return -EINVAL;
}

/* Check rules that concern more than one key. */
static int
check(const struct config *config, const struct log *log)
{
	const struct config_clock *clock = &config->clock;
	int error = check_filter(config, log);

	if (check_listening("hep", config->hep.listen, config->hep.allow, log) <
	    0)
		error = -EINVAL;
	if (check_listening(
		"http", config->http.listen, config->http.allow, log) < 0)
		error = -EINVAL;
	if (clock->warn > clock->major || clock->major > clock->critical) {
		log_error(log,
		    "[clock] warn, major, critical: found one that "
		    "is less than the one before; accepted: warn <= major <= "
		    "critical");
		error = -EINVAL;
	}
	if (is_among_others(config->timeouts.methods, "*")) {
		log_error(log,
		    "[timeouts] methods: found '%s'; accepted: * "
		    "alone, or others without it",
		    config->timeouts.methods);
		error = -EINVAL;
	}
	if (is_among_others(config->alerts.sinks, SINKTABLE_AUTOMATIC)) {
		log_error(log,
		    "[alerts] sinks: found '%s'; accepted: auto "
		    "alone, or others without it",
		    config->alerts.sinks);
		error = -EINVAL;
	}
	if (!ports_meet(&config->timeouts.ports, &config->sip.ports))
		log_warning(log,
		    "[timeouts] ports: none of them is among "
		    "[sip] ports, so no transaction is watched");
	return error;
}

int
config_load(struct config *config, const char *path, const struct log *log)
{
	const int file = read_file(config, strdup(path), log);
	const int drop_ins = read_drop_ins(config, path, log);

	if (file < 0 || drop_ins < 0)
		return file < 0 ? file : drop_ins;
	if (config->sip.diagnostics[0] != '\0' &&
	    diagfile_read(&config->diagnostics, config->sip.diagnostics, log) <
		0)
		return -EINVAL;
	return check(config, log);
}

void
config_without_file(struct config *config)
{
	size_t from, to;

	config->timeouts.ports = config->sip.ports;
	if (config_keys_find("sip", "ports", &from) &&
	    config_keys_find("timeouts", "ports", &to)) {
		config->values[to] = config->values[from];
		config->values[to].origin = "no configuration file";
	}
}

const struct diagfile *
config_diagnostics(struct config *config)
{
	if (config->diagnostics.count == 0)
		diagfile_init(&config->diagnostics);
	return &config->diagnostics;
}

bool
config_is_set(const struct config *config, const char *section, const char *key)
{
	size_t row;

	return config_keys_find(section, key, &row) &&
	    config->values[row].line > 0;
}

unsigned
config_witnesses(const struct config *config)
{
	struct slice words = slice_text(config->clock.witnesses), word;
	enum witness witness;
	unsigned witnesses = 0;

	while (value_next(&words, &word))
		if (witness_parse(word, &witness))
			witnesses |= 1U << witness;
	return witnesses;
}

static void
print_value(FILE *out, const char *name, const struct config_value *value)
{
	int written = fprintf(out, "%s = %s", name, value->text);

	/* The rest of the line is a comment, so this is a valid file. */
	for (; written < 40; written++)
		fputc(' ', out);
	fprintf(out, " ; %s", value->origin);
	if (value->line > 0)
		fprintf(out, ":%u", value->line);
	fputc('\n', out);
}

static void
print_named(FILE *out, const char *section, const char *name,
    const struct config_value *values)
{
	fprintf(out, "\n[%s \"%s\"]\n", section, name);
	for (size_t i = 0; i < config_keys_count(); i++)
		if (strcmp(config_keys_section(i), section) == 0)
			print_value(out, config_keys_name(i), &values[i]);
}

enum { MEGABYTE = 1 << 20, BESIDE = 64 * MEGABYTE };

/* One, where none is named. */
static size_t
count_interfaces(const struct config *config)
{
	size_t count = 1;

	for (const char *p = config->capture.interfaces; *p != '\0'; p++)
		count += *p == ' ' || *p == ',';
	return count;
}

/* Those that capture; "auto" means two where there are many processors. */
static size_t
most_workers(const struct config *config)
{
	return config->capture.workers == 0 ? 2 : config->capture.workers;
}

/* The program, its tables, a ring for each interface and worker; and as much
 * again for savings and peaks. */
size_t
config_memory_max(const struct config *config)
{
	return 2 *
	    (config->limits.memory + BESIDE +
		count_interfaces(config) * most_workers(config) *
		    config->capture.buffer);
}

/* Comments: how the memory is shared, and what that means for the unit. */
static void
print_shares(const struct config *config, FILE *out)
{
	struct budget *budget = budget_new(config->limits.memory);

	if (budget == NULL)
		return;
	config_limits_budget(config, count_interfaces(config), budget);
	for (int i = 0; i < BUDGET_ROOMS; i++) {
		const struct budget_use use =
		    budget_use(budget, (enum budget_room)i);

		fprintf(out, "; %-14s %8zu K guaranteed\n", use.name,
		    use.guaranteed / 1024);
	}
	fprintf(out, "; %-14s %8zu K for whoever comes first\n", "the rest",
	    budget_spare(budget) / 1024);
	budget_free(budget);
	fprintf(out, "; in the unit: MemoryMax=%zuM or more\n",
	    config_memory_max(config) / MEGABYTE);
}

void
config_print(const struct config *config, FILE *out)
{
	const char *section = "";

	for (size_t i = 0; i < config_keys_count(); i++) {
		if (config_keys_is_named(config_keys_section(i)))
			continue;
		if (strcmp(section, config_keys_section(i)) != 0) {
			fputs(section[0] == '\0' ? "" : "\n", out);
			section = config_keys_section(i);
			fprintf(out, "[%s]\n", section);
		}
		print_value(out, config_keys_name(i), &config->values[i]);
		if (strcmp(section, "limits") == 0 &&
		    strcmp(config_keys_name(i), "memory") == 0)
			print_shares(config, out);
	}
	for (size_t i = 0; i < config->pool_count; i++)
		print_named(out, "pool", config->pools[i].name,
		    config->pools[i].values);
	for (size_t i = 0; i < config->tls_count; i++)
		print_named(
		    out, "tls", config->tls[i].name, config->tls[i].values);
}

bool
config_only_judges(const struct config *config)
{
	return config->fleet.servers[0] != '\0' &&
	    config->fleet.role == CONFIG_JUDGE;
}
