/* Memory arena: a chain of blocks, each filled from its beginning; nothing is released before the whole.
 *
 * Under AddressSanitizer all bytes that were not asked for are poisoned, and a red zone follows each piece, so that an
 * overrun inside a block is reported as one outside malloc'ed memory would be. */
#include "innerloop/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define ARENA_POISON(address, size) ASAN_POISON_MEMORY_REGION(address, size)
#define ARENA_UNPOISON(address, size) ASAN_UNPOISON_MEMORY_REGION(address, size)
enum { RED_ZONE = 64 };
#else
#define ARENA_POISON(address, size) ((void)(address), (void)(size))
#define ARENA_UNPOISON(address, size) ((void)(address), (void)(size))
enum { RED_ZONE = 0 };
#endif

enum { ALIGNMENT = 64, FIRST_BLOCK = 16 << 10, HUGE_PAGE = 2 << 20 };

typedef struct block block;
struct block {
  block *next;
  size_t size; /* bytes, header included */
  size_t used; /* bytes, header included; a multiple of ALIGNMENT */
};

enum { HEADER = ALIGNMENT };
_Static_assert(sizeof(block) <= HEADER, "the first piece of a block must stay aligned");

struct il_arena {
  block *head;       /* the block that small pieces come from; NULL: none yet */
  size_t next_block; /* bytes of the next ordinary block */
  size_t used;       /* bytes handed out */
};

/* size rounded up to a multiple of `unit` (a power of two); 0 on overflow. */
static size_t round_up(size_t size, size_t unit) {
  return size > SIZE_MAX - (unit - 1) ? 0 : (size + unit - 1) & ~(unit - 1);
}

static block *block_new(size_t size) {
  size_t alignment = size >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
  size = round_up(size, alignment);
  if (size == 0) return NULL;
  block *made = aligned_alloc(alignment, size);
  if (made == NULL) return NULL;
  /* Advice only: without huge pages everything works, a little slower. */
  if (alignment == HUGE_PAGE) (void)madvise(made, size, MADV_HUGEPAGE);
  *made = (block){.size = size, .used = HEADER};
  ARENA_POISON((char *)made + HEADER, size - HEADER);
  return made;
}

static size_t block_left(const block *at) {
  return at == NULL ? 0 : at->size - at->used;
}

/* A block with room for `needed` bytes, linked into the arena; NULL when out of memory. */
static block *block_with_room(il_arena *arena, size_t needed) {
  if (block_left(arena->head) >= needed) return arena->head;
  if (needed > SIZE_MAX - HEADER) return NULL;
  size_t least = needed + HEADER;
  block *made = block_new(least > arena->next_block ? least : arena->next_block);
  if (made == NULL) return NULL;
  if (arena->next_block < HUGE_PAGE) arena->next_block *= 2;
  /* A block that one large piece fills goes behind the head, whose free end stays in use. */
  if (arena->head != NULL && block_left(made) - needed < block_left(arena->head)) {
    made->next = arena->head->next;
    arena->head->next = made;
  } else {
    made->next = arena->head;
    arena->head = made;
  }
  return made;
}

il_arena *il_arena_new(void) {
  il_arena *arena = malloc(sizeof *arena);
  if (arena != NULL) *arena = (il_arena){.next_block = FIRST_BLOCK};
  return arena;
}

void il_arena_free(il_arena *arena) {
  if (arena == NULL) return;
  for (block *at = arena->head; at != NULL;) {
    block *next = at->next;
    ARENA_UNPOISON(at, at->size);
    free(at);
    at = next;
  }
  free(arena);
}

void *il_arena_get(il_arena *arena, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
  size_t padded = round_up(bytes == 0 ? 1 : bytes, ALIGNMENT);
  if (padded == 0 || padded > SIZE_MAX - RED_ZONE) return NULL;
  block *from = block_with_room(arena, padded + RED_ZONE);
  if (from == NULL) return NULL;
  char *piece = (char *)from + from->used;
  from->used += padded + RED_ZONE;
  arena->used += padded;
  ARENA_UNPOISON(piece, bytes);
  memset(piece, 0, bytes);
  return piece;
}

char *il_arena_text(il_arena *arena, const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = il_arena_get(arena, size, 1);
  if (copy != NULL) memcpy(copy, text, size);
  return copy;
}

char *il_arena_format(il_arena *arena, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  char *text = length < 0 ? NULL : il_arena_get(arena, (size_t)length + 1, 1);
  if (text != NULL) (void)vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  va_end(arguments);
  return text;
}

size_t il_arena_used(const il_arena *arena) {
  return arena->used;
}
