/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/proc.h"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

enum { PROC_FILE_MAX = 4096 };

static uint64_t
micros(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

static void
count_one(void *arg, const char *name)
{
	(void)name;
	++*(uint64_t *)arg;
}

/* proc_pid_statm(5): size, resident, ... in pages. */
static uint64_t
resident(void)
{
	struct buf b = { 0 };
	struct span rest;
	uint64_t pages = 0;

	if (io_read_file("/proc/self/statm", &b, PROC_FILE_MAX) == 0) {
		rest = buf_view(&b);
		(void)span_cut(&rest, ' ');
		if (!span_u64(span_cut(&rest, ' '), &pages))
			pages = 0;
	}
	buf_fini(&b);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* proc_pid_io(5): a line "name: number" each. */
static void
traffic(struct proc_usage *out)
{
	const struct {
		const char *name;
		uint64_t *to;
	} rows[] = { { "rchar", &out->read_bytes }, { "wchar", &out->written_bytes },
		{ "syscr", &out->reads }, { "syscw", &out->writes } };
	struct buf b = { 0 };
	struct span rest, line, name;
	uint64_t n;

	if (io_read_file("/proc/self/io", &b, PROC_FILE_MAX) == 0)
		for (rest = buf_view(&b); rest.n > 0;) {
			line = span_cut(&rest, '\n');
			name = span_cut(&line, ':');
			for (size_t i = 0; i < ARRAY_LEN(rows); i++)
				if (span_is(name, rows[i].name) &&
				    span_u64(span_trim(line), &n))
					*rows[i].to = n;
		}
	buf_fini(&b);
}

void
proc_usage(struct proc_usage *out)
{
	struct rusage use;
	struct rlimit limit;

	*out = (struct proc_usage){ .resident = resident() };
	if (getrusage(RUSAGE_SELF, &use) == 0)
		out->cpu_us = micros(use.ru_utime) + micros(use.ru_stime);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		out->files_max = limit.rlim_cur;
	(void)io_list("/proc/self/fd", count_one, &out->files);
	/* The listing had one open itself. */
	out->files -= out->files > 0;
	traffic(out);
}

void
proc_space(const char *path, struct proc_space *out)
{
	struct statvfs v;

	*out = (struct proc_space){ 0 };
	if (statvfs(path, &v) != 0)
		return;
	out->total = (uint64_t)v.f_blocks * v.f_frsize;
	out->free = (uint64_t)v.f_bavail * v.f_frsize;
	out->inodes = v.f_files;
	out->inodes_free = v.f_ffree;
}

/* Code and constants lie in segments that nobody may write to, so the file has them as they
 * are. The kernel maps sixteen pages for each that is touched; of OpenSSL's start alone two
 * megabytes stay mapped that are never looked at again. */
static int
segments_drop(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)arg;
	/* The kernel's own object has no file. */
	if (info->dlpi_addr == getauxval(AT_SYSINFO_EHDR))
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t from = (info->dlpi_addr + h->p_vaddr + page - 1) & ~(page - 1);
		uintptr_t to = (info->dlpi_addr + h->p_vaddr + h->p_filesz) & ~(page - 1);

		if (h->p_type == PT_LOAD && (h->p_flags & PF_W) == 0 && to > from)
			(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void
proc_settle(void)
{
	(void)malloc_trim(0);
	(void)dl_iterate_phdr(segments_drop, NULL);
}
