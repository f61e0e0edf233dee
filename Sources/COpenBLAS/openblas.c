#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

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
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return NULL;
}

static void load(void) {
  // The third argument: what the user has set stays.
  if (wanted_core) setenv("OPENBLAS_CORETYPE", wanted_core, 0);
  void *library = open_library();
  if (!library) {
    failure = "libopenblas.so.0 is not installed";
    return;
  }
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

void cob_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
               int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  sgemm(row_major, transpose_a ? transpose : no_transpose, transpose_b ? transpose : no_transpose, m,
        n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cob_set_threads(int count) { set_threads(count); }

const char *cob_configuration(void) { return get_config(); }

const char *cob_core(void) { return get_core(); }
