#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

extern const ck_kernels ck_table_plain;
#if __x86_64__
extern const ck_kernels ck_table_avx2, ck_table_avx512;

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

const ck_kernels *ck_find(const char *name) {
#if __x86_64__
  if (strcmp(name, "avx512") == 0) return has_avx512() ? &ck_table_avx512 : NULL;
  if (strcmp(name, "avx2") == 0) return has_avx2() ? &ck_table_avx2 : NULL;
#endif
  return strcmp(name, "plain") == 0 ? &ck_table_plain : NULL;
}
