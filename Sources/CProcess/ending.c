#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#if __linux__
#include <sys/syscall.h>
#endif

// MARK: what is not left behind

enum { is_free, is_being_written, is_set, slots = 16 };

static struct {
  atomic_int state;
  char path[PATH_MAX];
} files[slots];

// 0 where the slot is free.
static atomic_int children[slots];

static atomic_int terminal = -1;
static struct termios attributes;

int cpr_remove_at_end(const char *path) {
  if (strlen(path) >= PATH_MAX) return -1;
  for (int i = 0; i < slots; i++) {
    int expected = is_free;
    if (!atomic_compare_exchange_strong(&files[i].state, &expected, is_being_written)) continue;
    strcpy(files[i].path, path);
    atomic_store(&files[i].state, is_set);
    return i;
  }
  return -1;
}

void cpr_let_file_be(int number) {
  if (number >= 0) atomic_store(&files[number].state, is_free);
}

int cpr_kill_at_end(int process) {
  for (int i = 0; i < slots; i++) {
    int expected = 0;
    if (atomic_compare_exchange_strong(&children[i], &expected, process)) return i;
  }
  return -1;
}

void cpr_let_child_be(int number) {
  if (number >= 0) atomic_store(&children[number], 0);
}

void cpr_restore_at_end(int descriptor) {
  atomic_store(&terminal, -1);
  if (descriptor < 0 || tcgetattr(descriptor, &attributes) < 0) return;
  atomic_store(&terminal, descriptor);
}

static _Noreturn void end(int code) {
  for (int i = 0; i < slots; i++) {
    int child = atomic_load(&children[i]);
    if (child > 0) kill(child, SIGKILL);
  }
  for (int i = 0; i < slots; i++) {
    if (atomic_load(&files[i].state) == is_set) unlink(files[i].path);
  }
  int descriptor = atomic_load(&terminal);
  if (descriptor >= 0) {
    signal(SIGTTOU, SIG_IGN);  // which would stop us where another job has the terminal
    tcsetattr(descriptor, TCSANOW, &attributes);
  }
  _exit(code);
}

// MARK: signals

static atomic_bool is_noting;
static atomic_int noted;
static atomic_uint grace_seconds;

static void take(int number) {
  int none = 0;
  if (!atomic_load(&is_noting)) end(128 + number);
  if (atomic_compare_exchange_strong(&noted, &none, number)) {
    unsigned grace = atomic_load(&grace_seconds);
    if (grace) alarm(grace);
    return;
  }
  // The kernel says once a second that the time to compute is over.
  if (number == SIGXCPU) return;
  end(128 + (number == SIGALRM ? atomic_load(&noted) : number));
}

void cpr_end_on(int number, bool unless_ignored) {
  struct sigaction action;
  if (unless_ignored && sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = take;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void cpr_begin_noting(unsigned grace) {
  if (grace) cpr_end_on(SIGALRM, false);
  atomic_store(&grace_seconds, grace);
  atomic_store(&is_noting, true);
}

int cpr_noted(void) { return atomic_load(&noted); }

// MARK: memory

static atomic_int code_without_memory;

void cpr_end_without_memory(int code) { atomic_store(&code_without_memory, code); }

void cpr_out_of_memory(size_t bytes) {
  static atomic_flag is_told = ATOMIC_FLAG_INIT;
  int code = atomic_load(&code_without_memory);
  if (!code) return;
  // Of several threads one tells; it ends them all.
  while (atomic_flag_test_and_set(&is_told)) pause();
  char line[256];
  int count = snprintf(line, sizeof line,
                       "dreamer: out of memory: the system refuses %zu bytes more; choose a smaller "
                       "preset, batch_size, batch_length or replay.memory, or raise the limit "
                       "(ulimit -v, or the container's)\n", bytes);
  // Where even that cannot be written, the code says it.
  ssize_t written = count > 0 ? write(STDERR_FILENO, line, (size_t)count) : 0;
  (void)written;
  end(code);
}

// MARK: files

int cpr_exchange(const char *one, const char *other) {
#if __linux__
  enum { exchange = 2 };  // RENAME_EXCHANGE of linux/fs.h
  return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, exchange);
#else
  errno = ENOSYS;
  return -1;
#endif
}
