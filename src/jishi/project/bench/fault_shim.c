/* Loaded before libc into processes of a bench: a slower disk, a full disk, a clock that jumped.
 *
 * FAULT_SHIM names a file of three 64-bit numbers, mapped and read anew at each call, so that the bench changes them
 * while the process runs: nanoseconds a flush takes longer, milliseconds the wall clock is ahead, and whether regular
 * files take nothing more. Sockets and pipes are left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const int64_t nothing[3];
static const volatile int64_t *control = nothing;

#define REAL(name) ({ static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name); real; })

__attribute__((constructor)) static void open_control(void) {
    const char *path = getenv("FAULT_SHIM");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *page = mmap(0, sizeof nothing, PROT_READ, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) control = page;
    close(fd);
}

static void linger(void) {
    int64_t ns = control[0];
    struct timespec span = {ns / 1000000000, ns % 1000000000};
    if (ns > 0) nanosleep(&span, 0);
}

static int is_full(int fd) {
    struct stat found;
    return control[2] && fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
}

int fsync(int fd) { linger(); return REAL(fsync)(fd); }
int fdatasync(int fd) { linger(); return REAL(fdatasync)(fd); }

int clock_gettime(clockid_t which, struct timespec *at) {
    int found = REAL(clock_gettime)(which, at);
    if (!found && which == CLOCK_REALTIME) {
        int64_t ms = control[1], seconds = ms / 1000, rest = ms % 1000;
        at->tv_sec += seconds;
        at->tv_nsec += rest * 1000000;
        if (at->tv_nsec >= 1000000000) { at->tv_sec++; at->tv_nsec -= 1000000000; }
        if (at->tv_nsec < 0) { at->tv_sec--; at->tv_nsec += 1000000000; }
    }
    return found;
}

#define REFUSE(fd) do { if (is_full(fd)) { errno = ENOSPC; return -1; } } while (0)

ssize_t write(int fd, const void *from, size_t size) { REFUSE(fd); return REAL(write)(fd, from, size); }
ssize_t writev(int fd, const struct iovec *parts, int count) { REFUSE(fd); return REAL(writev)(fd, parts, count); }
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) { REFUSE(fd); return REAL(pwrite)(fd, from, size, at); }
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
    REFUSE(fd);
    return REAL(pwrite64)(fd, from, size, at);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    REFUSE(fd);
    return REAL(pwritev)(fd, parts, count, at);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    REFUSE(fd);
    return REAL(pwritev64)(fd, parts, count, at);
}
int ftruncate(int fd, off_t size) { REFUSE(fd); return REAL(ftruncate)(fd, size); }
int posix_fallocate(int fd, off_t at, off_t size) { return is_full(fd) ? ENOSPC : REAL(posix_fallocate)(fd, at, size); }
