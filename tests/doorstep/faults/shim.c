/*
 * Stands between the daemon and the C library (LD_PRELOAD) and makes one call on its files go wrong.
 *
 * FAULT_PATH  only calls on files whose path holds this text count
 * FAULT_AT    the how-manieth of the calls that FAULT_MODE can hit, from 1
 * FAULT_MODE  before       any call: the process ends before it
 *             after        any call: the process ends after it
 *             torn         a write: the first half is written, then the process ends
 *             short        a write: the first half is written, and that is what is reported
 *             flip         a write: one bit is written wrong, without a word
 *             eio          a write, or a change of a name or a length: fails once, as a broken disk does
 *             full         a write, or a new file: fails from then on, as on a full disk
 *             sync-eio     a sync: fails once; Linux may have dropped what was to be synced
 *             sync-dropped a sync: reports success and does nothing from then on
 *             interrupted  a write or a sync: broken off by a signal before it began
 * FAULT_LOG   a file: "hit CALL PATH" when it happens, then "later CALL PATH" for what the daemon calls after a failure
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum kind { WRITE = 1, SYNC = 2, RANGE = 4, NAME = 8, CREATE = 16 };
#define ANY (WRITE | SYNC | RANGE | NAME | CREATE)

static const struct mode {
    const char *name;
    int hits;   /* the kinds of calls that it counts */
    int stays;  /* every later call that it counts is hit too */
    int fails;  /* the errno that the daemon sees */
} modes[] = {
    {"before", ANY, 0, 0},
    {"after", ANY, 0, 0},
    {"torn", WRITE, 0, 0},
    {"short", WRITE, 0, 0},
    {"flip", WRITE, 0, 0},
    {"eio", WRITE | NAME, 0, EIO},
    {"full", WRITE | CREATE, 1, ENOSPC},
    {"sync-eio", SYNC | RANGE, 0, EIO},
    {"sync-dropped", SYNC | RANGE, 1, 0},
    /* sync_file_range is never interrupted */
    {"interrupted", WRITE | SYNC, 0, EINTR},
};

static const struct mode *mode;
static const char *path_part;
static long fault_at;
static int log_fd = -1;
static atomic_long counted;
static atomic_int was_hit;

static void complain(const char *what) {
    dprintf(2, "faults: %s\n", what);
    _exit(99);
}

__attribute__((constructor)) static void read_environment(void) {
    const char *name = getenv("FAULT_MODE"), *at = getenv("FAULT_AT"), *log = getenv("FAULT_LOG");
    path_part = getenv("FAULT_PATH");
    if (!name || !at || !log || !path_part)
        complain("FAULT_MODE, FAULT_AT, FAULT_LOG or FAULT_PATH is not set");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (!strcmp(modes[i].name, name))
            mode = &modes[i];
    if (!mode)
        complain("FAULT_MODE has no such mode");
    fault_at = atol(at);
    log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0)
        complain("FAULT_LOG cannot be opened");
}

static int is(const char *name) { return !strcmp(mode->name, name); }

static void note(const char *when, const char *call, const char *path) {
    char line[4352];
    int length = snprintf(line, sizeof line, "%s %s %s\n", when, call, path);
    if (syscall(SYS_write, log_fd, line, (size_t)length) < 0)
        complain("FAULT_LOG cannot be written");
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Whether this call is the one to go wrong. */
static int hit(int kind, const char *call, const char *path) {
    if (!mode || !strstr(path, path_part))
        return 0;
    if (!(mode->hits & kind) || (atomic_load(&was_hit) && !mode->stays)) {
        if (atomic_load(&was_hit) && mode->fails && mode->fails != EINTR)
            note("later", call, path);
        return 0;
    }
    long nth = atomic_fetch_add(&counted, 1) + 1;
    if (nth < fault_at || (nth > fault_at && !mode->stays))
        return 0;
    note(atomic_exchange(&was_hit, 1) ? "later" : "hit", call, path);
    if (is("before"))
        die();
    return 1;
}

static int hit_file(int kind, const char *call, int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return hit(kind, call, path);
}

static int fail(void) {
    errno = mode->fails;
    return -1;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) \
        real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* One write goes wrong: `put(bytes, length)` is the real one. */
#define WRITE_WRONG(put) \
    do { \
        if (mode->fails) \
            return fail(); \
        if (is("flip")) { \
            char *copy = malloc(length); \
            memcpy(copy, bytes, length); \
            copy[length / 2] ^= 1; \
            ssize_t written = put(copy, length); \
            free(copy); \
            return written; \
        } \
        ssize_t written = put(bytes, is("after") ? length : (length + 1) / 2); \
        if (!is("short")) \
            die(); \
        return written; \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
#define PUT(b, l) real(fd, b, l)
    if (length > 0 && hit_file(WRITE, "write", fd))
        WRITE_WRONG(PUT);
    return PUT(bytes, length);
#undef PUT
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    REAL(pwrite64);
#define PUT(b, l) real(fd, b, l, offset)
    if (length > 0 && hit_file(WRITE, "pwrite", fd))
        WRITE_WRONG(PUT);
    return PUT(bytes, length);
#undef PUT
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return pwrite64(fd, bytes, length, offset);
}

/* The real call, or what goes wrong with a call that is no write. */
#define UNLESS_HIT(is_hit, real_call) \
    do { \
        if (!(is_hit)) \
            return real_call; \
        if (mode->fails) \
            return fail(); \
        if (is("sync-dropped")) \
            return 0; \
        real_call; \
        die(); \
        return -1; \
    } while (0)

int fsync(int fd) {
    REAL(fsync);
    UNLESS_HIT(hit_file(SYNC, "fsync", fd), real(fd));
}

int fdatasync(int fd) {
    REAL(fdatasync);
    UNLESS_HIT(hit_file(SYNC, "fdatasync", fd), real(fd));
}

int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags) {
    REAL(sync_file_range);
    UNLESS_HIT(hit_file(RANGE, "sync_file_range", fd), real(fd, offset, length, flags));
}

int rename(const char *from, const char *to) {
    REAL(rename);
    UNLESS_HIT(hit(NAME, "rename", to), real(from, to));
}

int unlink(const char *path) {
    REAL(unlink);
    UNLESS_HIT(hit(NAME, "unlink", path), real(path));
}

int mkdir(const char *path, mode_t rights) {
    REAL(mkdir);
    UNLESS_HIT(hit(CREATE, "mkdir", path), real(path, rights));
}

int ftruncate64(int fd, off64_t length) {
    REAL(ftruncate64);
    UNLESS_HIT(hit_file(NAME, "ftruncate", fd), real(fd, length));
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int open64(const char *path, int flags, ...) {
    REAL(open64);
    va_list more;
    va_start(more, flags);
    mode_t rights = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    int is_hit = (flags & O_CREAT) && hit(CREATE, "open", path);
    UNLESS_HIT(is_hit, real(path, flags, rights));
}
