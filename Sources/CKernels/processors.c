#define _GNU_SOURCE
#include "CKernels.h"

#if __linux__
#include <errno.h>
#include <sched.h>

int ck_allowed_processors(void) {
  // The kernel refuses a set that is smaller than its own, so larger ones are tried.
  for (int count = 1024; count <= 1 << 20; count *= 2) {
    cpu_set_t *set = CPU_ALLOC(count);
    if (!set) return 0;
    size_t size = CPU_ALLOC_SIZE(count);
    int failed = sched_getaffinity(0, size, set);
    int allowed = failed ? 0 : CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (!failed) return allowed;
    if (errno != EINVAL) return 0;
  }
  return 0;
}
#else
int ck_allowed_processors(void) { return 0; }
#endif
