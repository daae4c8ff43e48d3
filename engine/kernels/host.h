/* The opt-out of the bit-for-bit promise (`kernels: host`): matrix products by OpenBLAS, whichever kernel it picks here. */
#ifndef INNERLOOP_KERNELS_HOST_H
#define INNERLOOP_KERNELS_HOST_H

#include "kernels/kernels.h"

/* So many threads may call OpenBLAS at once: it has buffers for 128 in Debian, its own threads among them, and with many
 * more it crashes. */
enum { IL_HOST_CALLERS = 64 };

/* `base` with its products handed to OpenBLAS, one library thread. The name becomes "host". Results then depend on the
 * processor and on the library. */
il_kernels il_kernels_host(const il_kernels *base);

#endif
