#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "CProcess.h"

enum { row_major = 101, no_transpose = 111, transpose = 112 };

static void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int,
                     float, float *, int);
static void (*set_threads)(int);
static const char *(*get_config)(void);
static const char *(*get_core)(void);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *wanted_core;
static const char *failure;

static void *open_library(void) {
  static const char *const names[] = {
      "libopenblas.so.0", "libopenblas.so", "libopenblas.dylib",
      "/opt/homebrew/opt/openblas/lib/libopenblas.dylib"};
  static char reason[512];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
    // Where the first one is there and cannot be loaded, for lack of memory say, that is why.
    if (i > 0) continue;
    const char *words = dlerror();
    snprintf(reason, sizeof reason, "libopenblas.so.0 cannot be loaded (%s)", words ? words : "?");
    failure = reason;
  }
  return NULL;
}

// Gives a variable a value, or takes it away, and remembers the one that it had.
static char *exchange_variable(const char *name, const char *value) {
  const char *old = getenv(name);
  char *copy = old ? strdup(old) : NULL;
  if (value) setenv(name, value, 1); else unsetenv(name);
  return copy;
}

// Opens it with one thread: the others would each ask for a buffer as large as OpenBLAS's own, and
// those that cannot have it ask for ever. What the user has set is there again afterwards.
static void *open_with_one_thread(void) {
  char *threads = exchange_variable("OPENBLAS_NUM_THREADS", "1");
  const char *core = getenv("OPENBLAS_CORETYPE");
  int is_ours = wanted_core && !(core && *core);
  if (is_ours) setenv("OPENBLAS_CORETYPE", wanted_core, 1);
  void *library = open_library();
  if (is_ours) unsetenv("OPENBLAS_CORETYPE");
  free(exchange_variable("OPENBLAS_NUM_THREADS", threads));
  free(threads);
  return library;
}

static void load(void) {
  void *library = open_with_one_thread();
  if (!library) return;
  failure = NULL;
  // A cast of the variable's address: ISO C has no conversion from an object pointer to a function's.
  *(void **)&sgemm = dlsym(library, "cblas_sgemm");
  *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
  *(void **)&get_config = dlsym(library, "openblas_get_config");
  *(void **)&get_core = dlsym(library, "openblas_get_corename");
  if (!sgemm || !set_threads || !get_config || !get_core) {
    failure = "libopenblas.so.0 lacks cblas_sgemm or openblas_set_num_threads";
    return;
  }
  set_threads(1);
}

const char *cob_load(const char *core) {
  wanted_core = core;
  pthread_once(&once, load);
  return failure;
}

// BUFFER_SIZE of OpenBLAS (common_x86_64.h: 32 << 22), which it takes for each product that runs at
// once, keeps, and asks for again and again where it cannot be had.
static const size_t buffer_size = (size_t)128 << 20;

static void require_buffers(size_t count) {
  size_t bytes = count * buffer_size;
  void *memory =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) cpr_out_of_memory(bytes); else munmap(memory, bytes);
}

// Products that run now, and the most that have run at once and so have their buffers.
static atomic_int running, most;

void cob_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
               int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  int now = atomic_fetch_add(&running, 1) + 1, before = atomic_load(&most);
  if (now > before) {
    require_buffers((size_t)(now - before));
    while (before < now && !atomic_compare_exchange_weak(&most, &before, now)) {}
  }
  sgemm(row_major, transpose_a ? transpose : no_transpose, transpose_b ? transpose : no_transpose, m,
        n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  atomic_fetch_sub(&running, 1);
}

void cob_set_threads(int count) {
  if (count > 1) require_buffers((size_t)count);
  set_threads(count);
}

const char *cob_configuration(void) { return get_config(); }

const char *cob_core(void) { return get_core(); }
