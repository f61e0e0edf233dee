#include "CAllocator.h"

#include "CProcess.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

#include <stdlib.h>

// The C library of GNU alone offers its functions under names of their own.
#if defined(__GLIBC__) && !defined(IS_SANITIZED)
#include <errno.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static inline void *checked(void *memory, size_t size) {
  if (__builtin_expect(!memory && size, 0)) cpr_out_of_memory(size);
  return memory;
}

void *malloc(size_t size) { return checked(__libc_malloc(size), size); }

void *calloc(size_t count, size_t size) {
  return checked(__libc_calloc(count, size), count ? size : 0);
}

void *realloc(void *memory, size_t size) { return checked(__libc_realloc(memory, size), size); }

void *memalign(size_t alignment, size_t size) {
  return checked(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return checked(__libc_memalign(alignment, size), size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  void *found = checked(__libc_memalign(alignment, size), size);
  if (!found && size) return ENOMEM;
  *memory = found;
  return 0;
}
#endif
