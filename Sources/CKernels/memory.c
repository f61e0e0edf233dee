#include "CKernels.h"

#if __linux__
#include <sys/mman.h>
#endif

void ck_prefer_huge_pages(void *memory, size_t bytes) {
#if __linux__
  madvise(memory, bytes, MADV_HUGEPAGE);  // advice: a kernel that does not take it changes nothing
#endif
}
